/**
 * The access patterns of pcie-bench (Neugebauer et al., "Understanding PCIe performance for end host
 * networking", SIGCOMM 2018): a window is divided into units, each the offset and the transfer rounded up to
 * cache lines, and every DMA goes to the offset of one unit, in order or at random. Swept over windows it
 * finds the entries of a TCE cache and the cost of a walk. The interval of 21.1 ns is what their card needs
 * between two DMAs of 64 bytes. For latencies replay it with `--pace closed:1`.
 */
import { InputError } from '../../models/input-error.ts';
import { Op } from '../format.ts';
import { oneOf, sizeBetween } from '../option-values.ts';
import { randomOf } from '../random.ts';
import { RowWriter, type TraceGenerator } from './generator.ts';
import { commonParameters, readCommon } from './parameters.ts';

const CACHE_LINE_BYTES = 64;
const OFFSET_MAX = 2 ** 20;
const ORDERS = ['random', 'sequential'] as const;
const DIRECTIONS = ['write', 'read', 'both'] as const;
const PRESETS = { page: '4K', window: '8M', length: '64', interval: '21.1', requests: '8388608' };

export const pcieBench: TraceGenerator = {
  name: 'pcie-bench',
  description:
    'one transfer in each unit of a window, as pcie-bench: a sweep of windows finds entries and walk time',
  parameters: [
    ...commonParameters(PRESETS, ['writes']),
    { name: 'offset', description: 'bytes from the unit to the transfer', preset: '0' },
    { name: 'order', description: 'order of the units: random or sequential', preset: 'random' },
    { name: 'direction', description: 'write, read or both in turn', preset: 'write' },
  ],
  prepare(texts) {
    const values = readCommon({ ...texts, writes: '0' });
    const { requests, devices, length, windowBytes } = values;
    const offset = sizeBetween('offset', texts, 0, OFFSET_MAX);
    const isRandom = oneOf('order', texts, ORDERS) === 'random';
    const direction = oneOf('direction', texts, DIRECTIONS);
    const unitBytes = Math.ceil((offset + length) / CACHE_LINE_BYTES) * CACHE_LINE_BYTES;
    const units = Math.floor(windowBytes / unitBytes);
    if (units < 1) {
      throw new InputError(
        `window: expected room for a unit of ${unitBytes} bytes, got '${texts.window}'`,
      );
    }
    const [even, odd] = {
      write: [Op.write, Op.write],
      read: [Op.read, Op.read],
      both: [Op.read, Op.write],
    }[direction];
    const writer = new RowWriter(values);
    return {
      steps: requests,
      start() {
        const random = randomOf(values.seed);
        return (rows, request) => {
          const turn = Math.floor(request / devices);
          const unit = isRandom
            ? Math.floor(random() * units)
            : turn - Math.floor(turn / units) * units;
          const op = turn % 2 === 0 ? even : odd;
          const device = request - turn * devices;
          writer.add(rows, request, op, device, unit * unitBytes + offset, length);
        };
      },
    };
  },
};
