/**
 * What a sweep does: independent replays of one trace, each with a TCE cache of another size, on one lane and on
 * two. Each replay has one lane of its own. Processor time stays the same; the time on the wall tells how well
 * replays run beside each other.
 */
import type { Scenario } from '../sim/scenario/scenario.ts';
import type { BenchCase, BenchSize, PreparedCase } from './bench-case.ts';
import { NIC_RING } from './replay-cases.ts';
import { Replays } from './replays.ts';
import { traceFile } from './trace-file.ts';
import { type ReplayAnswer, replayFile } from './whole-replay.ts';

const ENTRIES = [128, 256, 512, 1024];
const LANES = [1, 2];

/** A point of the sweep. */
function scenarioOf(entries: number): Scenario {
  return { settings: [{ where: 'bench', key: 'tceCache.entries', text: `${entries}` }] };
}

/** The same sweep on each number of lanes. */
export function sweepCases(size: BenchSize): BenchCase[] {
  return LANES.map((lanes) => ({
    name: `sweep: ${ENTRIES.length} replays, ${lanes} ${lanes === 1 ? 'lane' : 'lanes'}`,
    unit: 'DMAs',
    prepare: () => prepareSweep(size, lanes),
  }));
}

async function prepareSweep({ requests, folder }: BenchSize, lanes: number): Promise<PreparedCase> {
  const path = await traceFile(NIC_RING, Math.ceil(requests / ENTRIES.length), folder);
  const sweep = async () => {
    const answers: ReplayAnswer[] = [];
    const waiting = [...ENTRIES.entries()];
    const work = async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const [point, entries] = next;
        answers[point] = await replayFile(path, scenarioOf(entries), 1);
      }
    };
    await Promise.all(Array.from({ length: lanes }, work));
    return answers;
  };
  return new Replays(sweep);
}
