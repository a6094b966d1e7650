/** The calls that go to a container, from a script's arguments to results and remarks. */
import { hex } from '../../models/bits.ts';
import { type CallResult, isRefusal } from '../../models/kernel/call-result.ts';
import { returnCode } from '../../models/kernel/errno.ts';
import { type Frame, MAP_READ, MAP_WRITE } from '../../models/kernel/vfio/calls.ts';
import type { VfioContainer } from '../../models/kernel/vfio/container.ts';
import { contains, type DmaWindow, effectiveBytes } from '../../models/kernel/vfio/dma-window.ts';
import { INFO_DDW } from '../../models/kernel/vfio/ioctl.ts';
import type { ContainerInfo, RangeOutputs } from '../../models/kernel/vfio/requests.ts';
import { describeBytes, formatSize } from '../../models/size.ts';
import { formatCount, formatCountOf } from '../report/numbers.ts';
import type { Arguments } from './arguments.ts';
import type { CallName } from './calls.ts';
import type { MappedRuns } from './mapped-runs.ts';
import { answered, type Outcome, outcomeOf } from './outcome.ts';
import type { MemoryKind, Program } from './program-memory.ts';
import type { Call } from './script.ts';

/** Calls whose subject is one container that is open. */
export type ContainerCall = Exclude<
  CallName,
  'OPEN' | 'CLOSE' | 'ATTACH' | 'DETACH' | 'DMA' | 'DUMP'
>;

/** A call on its way to a container. */
export interface ContainerAsk {
  readonly container: VfioContainer;
  /** Who makes the call. */
  readonly program: Program;
  readonly given: Arguments;
  /** The frame of the call's structure; see Arguments.frame. */
  readonly frameOf: (knownFlags?: bigint) => Frame;
  readonly mapped: MappedRuns;
}

/** The IO page of the window that is made where a MAP finds none. */
const DEFAULT_PAGE_SHIFT = 12;
/** A number of pages for a reader ends here. */
const PAGES_COUNTED_MAX = 1_000_000;
const READ = BigInt(MAP_READ);
const WRITE = BigInt(MAP_WRITE);

const PERFORM: Readonly<Record<ContainerCall, (ask: ContainerAsk) => Outcome>> = {
  CHECK_EXTENSION: ({ container, given }) =>
    outcomeOf({ rc: BigInt(container.checkExtension(Number(given.number('extension')))) }),
  GET_INFO: getInfo,
  CREATE: create,
  REMOVE: remove,
  MAP: map,
  UNMAP: unmap,
  REGISTER_MEMORY: register,
  UNREGISTER_MEMORY: unregister,
  ENABLE: ({ container, frameOf }) => answered(container.enable(frameOf())),
  DISABLE: ({ container, frameOf }) => answered(container.disable(frameOf())),
  EEH: operateEeh,
};

/** Performs a call; what it did besides is told by comparing the container before and after. */
export function performOnContainer(name: ContainerCall, ask: ContainerAsk): Outcome {
  const { container, program } = ask;
  const { locked } = program.process;
  const windowsBefore = container.windows;
  const leakedBefore = locked.leakedBytes;
  const lockedBefore = locked.lockedBytes;
  const outcome = inScriptWords(PERFORM[name](ask), name, container);
  const start = outcome.isRefused ? undefined : outcome.results.get('start');
  const made = container.windows.filter(
    (window) => !windowsBefore.includes(window) && window.place.start !== start,
  );
  const leaked = locked.leakedBytes - leakedBefore;
  const total = locked.lockedBytes;
  const charged = total - lockedBefore;
  // REGISTER_MEMORY says itself what it charges.
  const isTold = name !== 'REGISTER_MEMORY' && charged > leaked;
  const remarks = [
    ...outcome.remarks,
    ...made.map((window) => `the default window was made first: ${describeWindow(window)}`),
    ...(isTold
      ? [`locked memory: ${describeBytes(charged)} more, ${describeBytes(total)} in all`]
      : []),
    ...(leaked === 0n ? [] : [`${describeBytes(leaked)} stay charged to the process for nothing`]),
  ];
  return { ...outcome, remarks, locked: { total, charged } };
}

/** The answer to a call on a file descriptor that is closed. DETACH is a call on the group, which has none. */
export function answerClosed({ name, shape }: Call): Outcome {
  const rc = BigInt(returnCode(name === 'DETACH' ? 'EINVAL' : 'EBADF'));
  const reason = name === 'DETACH' ? 'the group is in no container' : 'the container is closed';
  const results = shape.results.map((key): [string, bigint] => [
    key.name,
    key.name === 'rc' ? rc : 0n,
  ]);
  return { results: new Map(results), isRefused: true, remarks: [reason] };
}

/** The models' names of calls are not always the script's. */
function inScriptWords(outcome: Outcome, name: ContainerCall, { type }: VfioContainer): Outcome {
  if (outcome.results.get('rc') !== BigInt(returnCode('ENOTTY'))) return outcome;
  return { ...outcome, remarks: [`a ${type} container knows no ${name}`] };
}

function getInfo({ container, frameOf }: ContainerAsk): Outcome {
  const result = container.getInfo(frameOf());
  const info: Partial<ContainerInfo> = isRefusal(result) ? {} : result;
  const { windows } = info;
  const { results, ...answer } = answered(result);
  const fields = {
    flags: info.makesWindows ? INFO_DDW : 0n,
    dma32_start: info.dma32Start ?? 0n,
    dma32_size: info.dma32Bytes ?? 0n,
    pgsizes: windows?.pageSizes ?? 0n,
    max_windows: BigInt(windows?.windowsMax ?? 0),
    levels: BigInt(windows?.levelsMax ?? 0),
  };
  return { ...answer, results: new Map([...results, ...Object.entries(fields)]) };
}

function create({ container, given, frameOf }: ContainerAsk): Outcome {
  const windowBytes = given.number('window_size');
  const result = container.create(
    {
      pageShift: Number(given.number('page_shift')),
      windowBytes,
      levels: Number(given.number('levels')),
    },
    frameOf(),
  );
  const { results, ...answer } = answered(result);
  const start = isRefusal(result) ? 0n : result.startAddress;
  const window = isRefusal(result) ? undefined : windowAt(container, start);
  const spans = window === undefined ? windowBytes : effectiveBytes(window);
  const remarks =
    spans === windowBytes ? [] : [`the window spans ${formatSize(spans)}, more than was asked for`];
  return {
    ...answer,
    results: new Map([...results, ['start', start]]),
    remarks: [...answer.remarks, ...remarks],
  };
}

function remove({ container, given, frameOf }: ContainerAsk): Outcome {
  const start = given.number('start');
  const window = windowAt(container, start);
  const wasPending = container.hasPendingDefaultWindow;
  const result = container.remove(start, frameOf());
  if (isRefusal(result)) return answered(result);
  if (wasPending && !container.hasPendingDefaultWindow) {
    return answered(result, ['the default window was only promised: it will not be made']);
  }
  const isInner = window !== undefined && window.place.start !== start;
  return answered(result, isInner ? [`removed ${describeWindow(window)}`] : []);
}

function map(ask: ContainerAsk): Outcome {
  const { container, program, given, frameOf, mapped } = ask;
  const busAddress = given.number('iova');
  const bytes = given.number('size');
  const flags = given.number('flags');
  const { hpa } = given;
  const processAddress = program.memory.addressOf({
    pageShift: windowAt(container, busAddress)?.table.geometry.pageShift ?? DEFAULT_PAGE_SHIFT,
    bytes,
    vaddr: given.numberIfAny('vaddr'),
    hpa,
  });
  const read = (flags & READ) !== 0n;
  const write = (flags & WRITE) !== 0n;
  const request = { processAddress, busAddress, bytes, read, write };
  const result = container.map(request, frameOf(READ | WRITE));
  const memory = program.memory.behind(processAddress);
  const window = windowAt(container, busAddress);
  if (!isRefusal(result) && window !== undefined && memory !== undefined) {
    mapped.add(window, { ...memory, busAddress, bytes, hpa: hpa ?? memory.real });
  }
  return answered(result, rangeRemarks(result));
}

function unmap({ container, given, frameOf }: ContainerAsk): Outcome {
  const result = container.unmap(given.number('iova'), given.number('size'), frameOf());
  return answered(result, rangeRemarks(result));
}

function register({ container, program, given, frameOf }: ContainerAsk): Outcome {
  const bytes = given.number('size');
  const ask = (start: bigint) => container.register(start, bytes, frameOf());
  return answered(program.memory.register(bufferOf(given), ask));
}

function unregister({ container, program, given, frameOf }: ContainerAsk): Outcome {
  // Memory that the program never registered is asked for at an address where nothing is.
  const start = program.memory.find(bufferOf(given)) ?? 0n;
  const bytes = given.number('size');
  const region = program.process.regions.find(start, bytes);
  const pinned = region?.users === 1 ? region.mappedEntries : 0;
  const result = container.unregister(start, bytes, frameOf());
  if (isRefusal(result) || pinned === 0) return answered(result);
  const why = pinned === 1 ? '1 TCE points into it' : `${formatCount(pinned)} TCEs point into it`;
  return answered(result, [`the memory stays pinned and charged: ${why}`]);
}

function operateEeh({ container, given, frameOf }: ContainerAsk): Outcome {
  const result = container.eeh(Number(given.number('op')), frameOf());
  if (isRefusal(result)) return answered(result);
  return outcomeOf({ rc: BigInt(result.state) });
}

function bufferOf(given: Arguments) {
  const kind: MemoryKind = given.word === 'huge' ? 'huge' : 'ordinary';
  const { hpa } = given;
  return { kind, bytes: given.number('size'), vaddr: given.numberIfAny('vaddr'), hpa };
}

function windowAt(container: VfioContainer, busAddress: bigint): DmaWindow | undefined {
  return container.windows.find((window) => contains(window, busAddress));
}

function rangeRemarks(result: CallResult<RangeOutputs>): string[] {
  if (isRefusal(result) || result.beyondTable === 0) return [];
  const { beyondTable } = result;
  const pages =
    beyondTable > PAGES_COUNTED_MAX
      ? `more than ${formatCountOf(PAGES_COUNTED_MAX, 'page')} lie`
      : `${formatCountOf(beyondTable, 'page')} ${beyondTable === 1 ? 'lies' : 'lie'}`;
  return [
    `${pages} behind the table's last block: the kernel wrote to memory that is not the table's`,
  ];
}

function describeWindow(window: DmaWindow): string {
  const { pageShift, levels } = window.table.geometry;
  const pages = `${formatSize(1n << BigInt(pageShift))} pages`;
  const depth = formatCountOf(levels, 'level');
  return `${formatSize(effectiveBytes(window))} of ${pages}, ${depth}, at ${hex(window.place.start)}`;
}
