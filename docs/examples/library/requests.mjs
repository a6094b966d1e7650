// Where do the writes of a network card spend their time, when the driver maps each buffer anew?
import { replayRequests } from 'tcesim';

const PAGE = 65536;
const card = { rid: '01:00.0', pe: 1 };

/** A ring of 64 pages; each is mapped, filled by four writes, and unmapped. */
async function* ring(rounds) {
  let time_ns = 0;
  for (let turn = 0; turn < 64 * rounds; turn += 1) {
    const address = (turn % 64) * PAGE;
    const tce = 0x10000000 + turn * PAGE + 3;
    yield { ...card, time_ns, op: 'map', address, length: PAGE, value: tce };
    for (let packet = 0; packet < 4; packet += 1) {
      time_ns += 2500;
      yield { ...card, time_ns, op: 'write', address: address + packet * 2048, length: 1500 };
    }
    time_ns += 2500;
    yield { ...card, time_ns, op: 'unmap', address, length: PAGE };
  }
}

const requests = replayRequests({ rows: ring(50), windows: ['64K:1G:levels=2'] });
const byOutcome = new Map();
for await (const { outcome, latencyNs, partsNs } of requests) {
  const sums = byOutcome.get(outcome) ?? { count: 0, latency: 0, admission: 0, walk: 0 };
  sums.count += 1;
  sums.latency += latencyNs;
  sums.admission += partsNs.admission;
  sums.walk += partsNs.walk;
  byOutcome.set(outcome, sums);
}
for (const [outcome, { count, latency, admission, walk }] of byOutcome) {
  const mean = (sum) => `${Math.round(sum / count)} ns`;
  const parts = `admission ${mean(admission)}, walk ${mean(walk)}`;
  console.log(`${outcome}: ${count}, mean ${mean(latency)}; ${parts}`);
}
console.log(`kills of the PE: ${requests.result.kills.pe}`);
