/**
 * Large sweeps, as the copy engines of an accelerator make them: a few streams, evenly spread over several
 * GiB, each of which goes through the window in bursts of any power of two between the shortest and the
 * longest, all lengths alike. A burst of 2 MiB is 32 pages of 64 KiB in a row: walks of neighbouring TCEs in
 * flight at once, lines of TCEs used to their end, and a cache that is swept out again and again.
 */
import { InputError } from '../../models/input-error.ts';
import { Op } from '../format.ts';
import { powerBetween, wholeBetween } from '../option-values.ts';
import { randomOf } from '../random.ts';
import { RowWriter, type TraceGenerator } from './generator.ts';
import { type CommonValues, commonParameters, readCommon } from './parameters.ts';

/** A row's length is a 32-bit number. */
const BURST_MAX = 2 ** 31;
const STREAMS_MAX = 4096;

export const gpu: TraceGenerator = {
  name: 'gpu',
  description:
    'large sweeps over several GiB in bursts of 4K to 2M: neighbouring walks in flight, a cache swept out',
  parameters: [
    ...commonParameters({ window: '8G', interval: '20000' }, ['length']),
    { name: 'streams', description: 'sweeps at the same time, of each device', preset: '4' },
    { name: 'shortest', description: 'bytes of the shortest burst', preset: '4K' },
    { name: 'longest', description: 'bytes of the longest burst', preset: '2M' },
  ],
  prepare(texts) {
    const values = readCommon({ ...texts, length: '1' });
    const sweeps = readSweeps(values, texts);
    const { requests, devices, writeShare } = values;
    const writer = new RowWriter(values);
    return {
      steps: requests,
      start() {
        const random = randomOf(values.seed);
        const next = beginSweeps(values, sweeps);
        return (rows, request) => {
          const turn = Math.floor(request / devices);
          const device = request - turn * devices;
          const stream = device * sweeps.streams + (turn % sweeps.streams);
          const length = sweeps.shortest * 2 ** Math.floor(random() * sweeps.lengths);
          const fits = next[stream] + length <= values.windowBytes;
          const offset = fits ? next[stream] : 0;
          next[stream] = offset + length;
          const op = random() < writeShare ? Op.write : Op.read;
          writer.add(rows, request, op, device, offset, length);
        };
      },
    };
  },
};

interface Sweeps {
  readonly streams: number;
  readonly shortest: number;
  /** Powers of two from the shortest to the longest burst. */
  readonly lengths: number;
}

function readSweeps(values: CommonValues, texts: Readonly<Record<string, string>>): Sweeps {
  const most = Math.min(values.windowBytes, BURST_MAX);
  const shortest = powerBetween('shortest', texts, 1, most);
  const longest = powerBetween('longest', texts, 1, most);
  if (shortest > longest) {
    throw new InputError(
      `shortest: expected at most the longest, '${texts.longest}', got '${texts.shortest}'`,
    );
  }
  return {
    streams: wholeBetween('streams', texts, 1, STREAMS_MAX),
    shortest,
    lengths: Math.log2(longest / shortest) + 1,
  };
}

/** Where each stream goes on, device after device: at first evenly spread, on burst boundaries. */
function beginSweeps({ devices, windowBytes }: CommonValues, sweeps: Sweeps): Float64Array {
  const { streams, shortest } = sweeps;
  const apart = Math.floor(windowBytes / streams / shortest) * shortest;
  return Float64Array.from({ length: devices * streams }, (_, at) => (at % streams) * apart);
}
