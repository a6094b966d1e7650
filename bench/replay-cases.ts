/**
 * Whole replays, end to end: a trace file is read, decoded, checked and simulated on one lane, workers and tables
 * included. The traces are those of generators, and captures that are shipped.
 */
import { fileURLToPath } from 'node:url';
import type { Scenario } from '../sim/scenario/scenario.ts';
import type { BenchCase, BenchSize, PreparedCase } from './bench-case.ts';
import { sampleFile } from './place.ts';
import { Replays } from './replays.ts';
import { type GeneratedTraffic, traceFile } from './trace-file.ts';
import { type ReplayAnswer, replayFile } from './whole-replay.ts';

const CLOSED = 'closed:64';

interface ReplayCase extends GeneratedTraffic {
  readonly name: string;
  readonly scenario: Scenario;
  /** Part of the requests that a run does, so that its tables stay far below a GiB. */
  readonly share?: number;
}

/** A card whose buffers are mapped once: 99 % of its requests hit. */
const NIC_RING: GeneratedTraffic = {
  generator: 'nic-rx',
  parameters: { iova: 'fixed', page: '64K' },
};

const REPLAYS: readonly ReplayCase[] = [
  { name: 'replay: NIC ring, 64K', ...NIC_RING, scenario: { settings: [] } },
  {
    name: 'replay: 8 streams, 4K',
    generator: 'sequential',
    parameters: { devices: '8', length: '128', page: '4K', window: '16M' },
    scenario: { windows: ['4K:1G'], map: 'touched', pace: CLOSED, settings: [] },
  },
  {
    name: 'replay: mixed tenants, 64K',
    generator: 'tenants',
    parameters: { devices: '16' },
    scenario: { windows: ['64K:1G'], map: 'touched', pace: CLOSED, settings: [] },
  },
  {
    name: 'replay: mixed tenants, Belady',
    generator: 'tenants',
    parameters: { devices: '16' },
    scenario: {
      windows: ['64K:1G'],
      map: 'touched',
      pace: CLOSED,
      settings: [{ where: 'bench', key: 'tceCache.replacement', text: 'belady' }],
    },
    share: 1 / 4,
  },
  {
    name: 'replay: random 16G, 64K, 2 levels',
    generator: 'uniform',
    parameters: { window: '16G' },
    scenario: { windows: ['64K:16G:levels=2'], map: 'touched', pace: CLOSED, settings: [] },
  },
  {
    name: 'replay: random 1T, 4K, 3 levels',
    generator: 'uniform',
    parameters: { window: '1T', page: '4K' },
    scenario: { windows: ['4K:1T:levels=3'], map: 'touched', pace: CLOSED, settings: [] },
    share: 1 / 8,
  },
];

/** A POWER9 host and a PAPR guest with a large window, two devices each. */
const CAPTURES = ['p9-nvme-e1000e.arrow', 'pseries-ddw.arrow'];

/** All whole replays. */
export function replayCases(size: BenchSize): BenchCase[] {
  const generated = REPLAYS.map((each): BenchCase => {
    const prepare = () => prepareGenerated(each, size);
    return { name: each.name, unit: 'DMAs', prepare };
  });
  return [...generated, { name: 'replay: captures', unit: 'DMAs', prepare: prepareCaptures }];
}

async function prepareGenerated(
  { share = 1, scenario, ...traffic }: ReplayCase,
  { requests, folder }: BenchSize,
): Promise<PreparedCase> {
  const path = await traceFile(traffic, Math.ceil(requests * share), folder);
  return prepareFiles([path], scenario);
}

function prepareCaptures(): PreparedCase {
  const paths = CAPTURES.map((name) => fileURLToPath(sampleFile(name)));
  return prepareFiles(paths, { settings: [] });
}

/** Replays of files one after the other. */
function prepareFiles(paths: readonly string[], scenario: Scenario): PreparedCase {
  const replayAll = async () => {
    const answers: ReplayAnswer[] = [];
    for (const path of paths) answers.push(await replayFile(path, scenario, 1));
    return answers;
  };
  return new Replays(replayAll);
}
