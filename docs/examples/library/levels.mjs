// What does a second level of the table cost, in time and in reads?
import { replay } from 'tcesim';

const set = { requests: 20000, window: '8G', page: '64K', seed: 's' };
for (const levels of [1, 2]) {
  const { latency, walkReads, requests } = await replay({
    generate: { generator: 'uniform', set },
    windows: [`64K:8G:levels=${levels}`],
    map: 'touched',
  });
  const reads = walkReads.reduce((sum, count) => sum + count, 0) / requests;
  console.log(`${levels}: ${reads.toFixed(2)} reads a request, mean ${latency.mean} ns`);
}
