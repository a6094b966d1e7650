/**
 * NVMe controllers at a constant queue depth: a command is issued whenever one completes, and which one
 * completes is chance, as with flash. What a command reads and writes of memory, its PRP list among it, is
 * the controller of traces/device/nvme.ts; windows and mappings are rows, too, so that such a trace replays
 * without `--window` and without `--map`.
 */
import { InputError } from '../../models/input-error.ts';
import { formatSize } from '../../models/size.ts';
import { BLOCK_OPTIONS, type BlockSettings, readBlockOptions } from '../device/device-options.ts';
import { DeviceRows, deviceIdentity, TraceTime } from '../device/device-rows.ts';
import { DmaMemory, RealMemory } from '../device/iova-policy.ts';
import { NvmeController } from '../device/nvme.ts';
import { requireRoom } from '../device/window-room.ts';
import { Op } from '../format.ts';
import { decimalBetween, sizeBetween, wholeBetween } from '../option-values.ts';
import { randomOf } from '../random.ts';
import { RowBuffer } from '../row-buffer.ts';
import type { TraceGenerator } from './generator.ts';
import { commonParameters, readCommon, timeAfter } from './parameters.ts';

type Texts = Readonly<Record<string, string>>;

const NVME_PAGE_BYTES = 4096;
const BLOCK_MIN = 512;
const BLOCK_MAX = 2 ** 24;
const DEPTH_MAX = 65_535;

/** Left out: what the device options say, and what a command does not leave open. */
const LEFT_OUT = ['page', 'window', 'base', 'length', 'writes', 'interval'];
/** Said of the commands in other words, or once for each device. */
const OTHERWISE = ['depth', 'transfer', 'controllers'];
/** What a reader of the common parameters wants, and no command has. */
const NO_REQUEST = { length: '1', writes: '0' };
/** Strict, as Linux on POWER maps I/O. */
const IOVA_PRESET = 'strict';

export const nvme: TraceGenerator = {
  name: 'nvme',
  description:
    'NVMe queues at constant depth, data pages and PRP lists mapped for each command: map and kill rates, runs',
  parameters: [
    ...commonParameters({}, LEFT_OUT),
    { name: 'interval', description: 'ns between commands, fractions allowed', preset: '20000' },
    { name: 'depth', description: 'commands outstanding in a queue', preset: '32' },
    { name: 'block', description: 'bytes of a command', preset: '128K' },
    { name: 'reads', description: 'share of commands that read the disk, 0 to 1', preset: '0.7' },
    ...BLOCK_OPTIONS.filter(({ name }) => !OTHERWISE.includes(name)).map((option) =>
      option.name === 'iova' ? { ...option, preset: IOVA_PRESET } : option,
    ),
  ],
  prepare(texts) {
    const values = readCommon({ ...texts, page: '4K', window: '4K', base: '0', ...NO_REQUEST });
    const load = readLoad(texts);
    const requestsOfCommand = tryOut(load);
    const { devices } = values;
    const commands = Math.ceil(values.requests / requestsOfCommand);
    return {
      steps: devices + commands + devices,
      start() {
        const random = randomOf(values.seed);
        const time = new TraceTime(true);
        const real = new RealMemory();
        const queues: Queue[] = [];
        return (rows, step) => {
          const command = step - devices;
          if (command < 0) queues.push(new Queue(step, rows, time, real, load, random));
          else if (command < commands) {
            time.moveTo(timeAfter(values, command));
            queues[command % devices].issue();
          } else queues[command - commands].finish();
        };
      },
    };
  },
};

/** What the queues have to do. */
interface Load {
  readonly settings: BlockSettings;
  readonly depth: number;
  readonly blockBytes: number;
  readonly readShare: number;
}

function readLoad(texts: Texts): Load {
  const depth = wholeBetween('depth', texts, 1, DEPTH_MAX);
  const blockBytes = sizeBetween('block', texts, BLOCK_MIN, BLOCK_MAX);
  if (blockBytes % BLOCK_MIN !== 0) {
    throw new InputError(`block: expected a multiple of ${BLOCK_MIN}, got '${texts.block}'`);
  }
  const transferBytes = Math.ceil(blockBytes / NVME_PAGE_BYTES) * NVME_PAGE_BYTES;
  // One entry of a queue is never used.
  const queue = { depth: `${depth + 1}`, transfer: `${transferBytes}`, controllers: '1' };
  return {
    settings: readBlockOptions({ ...texts, ...queue }),
    depth,
    blockBytes,
    readShare: decimalBetween('reads', texts, 0, 1),
  };
}

/** DMA requests of a command, as one shows. Refuses a window that has no room for queue and buffers. */
function tryOut(load: Load): number {
  const { settings, depth, blockBytes } = load;
  const wanted = `a queue of ${depth} commands of ${formatSize(blockBytes)} and those that wait`;
  let requests = 0;
  requireRoom(settings.iova, wanted, (iova) => {
    const tried = { ...load, settings: { ...settings, iova } };
    const rows = new RowBuffer();
    const queue = new Queue(0, rows, new TraceTime(true), new RealMemory(), tried, () => 0);
    const first = rows.total;
    queue.issue();
    queue.finish();
    const operations = rows.columns.op.subarray(first, rows.total);
    requests = operations.filter((op) => op === Op.read || op === Op.write).length;
    for (let command = 0; command < depth; command += 1) queue.issue();
  });
  return requests;
}

/** A controller, and which of its commands are on their way. */
class Queue {
  private readonly controller: NvmeController;
  private readonly outstanding: Uint16Array;
  private count = 0;

  constructor(
    device: number,
    rows: RowBuffer,
    time: TraceTime,
    real: RealMemory,
    private readonly load: Load,
    private readonly random: () => number,
  ) {
    const { iova, queueEntries, transferBytes } = load.settings;
    const deviceRows = new DeviceRows(rows, time, deviceIdentity(device));
    const memory = new DmaMemory(deviceRows, iova, real);
    this.controller = new NvmeController(deviceRows, memory, queueEntries, transferBytes);
    this.outstanding = new Uint16Array(load.depth);
  }

  /** Issues a command, behind the completion of another where the queue is as deep as wanted. */
  issue(): void {
    const { depth, blockBytes, readShare } = this.load;
    if (this.count === depth) this.completeAt(Math.floor(this.random() * depth));
    const kind = this.random() < readShare ? 'read' : 'write';
    const command = this.controller.submit(kind, blockBytes);
    if (command === undefined) {
      throw new InputError(
        `window: expected room for ${depth} buffers of ${blockBytes} bytes and those that wait`,
      );
    }
    this.outstanding[this.count] = command;
    this.count += 1;
  }

  /** Completes all that is on its way, the last one first. */
  finish(): void {
    while (this.count > 0) this.completeAt(this.count - 1);
    this.controller.finish();
  }

  private completeAt(place: number): void {
    this.controller.complete(this.outstanding[place]);
    this.count -= 1;
    this.outstanding[place] = this.outstanding[this.count];
  }
}
