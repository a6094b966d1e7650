/** The calls that go to a container, from a script's arguments to results and remarks. */
import { hex } from '../../models/bits.ts';
import { type CallResult, isRefusal } from '../../models/kernel/call-result.ts';
import type { Frame } from '../../models/kernel/vfio/calls.ts';
import type { VfioContainer } from '../../models/kernel/vfio/container.ts';
import { contains, type DmaWindow, effectiveBytes } from '../../models/kernel/vfio/dma-window.ts';
import type { ContainerInfo, RangeOutputs } from '../../models/kernel/vfio/requests.ts';
import { describeBytes, formatSize } from '../../models/size.ts';
import type { Arguments } from './arguments.ts';
import type { CallName } from './calls.ts';
import type { MappedRuns } from './mapped-runs.ts';
import { answered, type Outcome, outcomeOf } from './outcome.ts';
import type { MemoryKind, Program } from './program-memory.ts';
import { MAP_READ, MAP_WRITE } from './values.ts';

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

/** VFIO_IOMMU_SPAPR_INFO_DDW. */
const INFO_DDW = 1n;
/** GET_INFO copies what it knows of windows into structures at least so long. */
const INFO_WITH_WINDOWS_BYTES = 32;
/** The IO page of the window that is made where a MAP finds none. */
const DEFAULT_PAGE_SHIFT = 12;

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
  const outcome = PERFORM[name](ask);
  const start = outcome.isRefused ? undefined : outcome.results.get('start');
  const made = container.windows.filter(
    (window) => !windowsBefore.includes(window) && window.place.start !== start,
  );
  const leaked = locked.leakedBytes - leakedBefore;
  const remarks = [
    ...outcome.remarks,
    ...made.map((window) => `the default window was made first: ${describeWindow(window)}`),
    ...(leaked === 0n ? [] : [`${describeBytes(leaked)} stay charged to the process for nothing`]),
  ];
  return { ...outcome, remarks };
}

function getInfo({ container, given, frameOf }: ContainerAsk): Outcome {
  const result = container.getInfo(frameOf());
  const info: Partial<ContainerInfo> = isRefusal(result) ? {} : result;
  const hasRoom = Number(given.numberIfAny('argsz') ?? INFO_WITH_WINDOWS_BYTES);
  const windows = hasRoom >= INFO_WITH_WINDOWS_BYTES ? info.windows : undefined;
  const { results, ...answer } = answered(result);
  const fields = {
    flags: info.windows === undefined ? 0n : INFO_DDW,
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
  const read = (flags & MAP_READ) !== 0n;
  const write = (flags & MAP_WRITE) !== 0n;
  const request = { processAddress, busAddress, bytes, read, write };
  const result = container.map(request, frameOf(MAP_READ | MAP_WRITE));
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
  const start = program.memory.buffer(bufferOf(given));
  return answered(container.register(start, given.number('size'), frameOf()));
}

function unregister({ container, program, given, frameOf }: ContainerAsk): Outcome {
  // Memory that the program never registered is asked for at an address where nothing is.
  const start = program.memory.find(bufferOf(given)) ?? 0n;
  return answered(container.unregister(start, given.number('size'), frameOf()));
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
  return [
    `${result.beyondTable} pages lie behind the table's last block: the kernel wrote to memory that is not the table's`,
  ];
}

function describeWindow(window: DmaWindow): string {
  const { pageShift, levels } = window.table.geometry;
  const pages = `${formatSize(1n << BigInt(pageShift))} pages`;
  const depth = levels === 1 ? '1 level' : `${levels} levels`;
  return `${formatSize(effectiveBytes(window))} of ${pages}, ${depth}, at ${hex(window.place.start)}`;
}
