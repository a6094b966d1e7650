/**
 * ioctl(2) on a VFIO container: a request number and a structure in the caller's memory, as a real
 * program makes the calls. Decodes, calls, writes the outputs back.
 */
import { type CallResult, isRefusal, type Refusal, refuse } from '../call-result.ts';
import type { Process } from '../process.ts';
import {
  CALLS,
  type CallName,
  type Frame,
  hasRoomForWindows,
  MAP_READ,
  MAP_WRITE,
} from './calls.ts';
import type { VfioContainer } from './container.ts';
import { decodeStructure, type FieldValues, fieldEnd, writeFields } from './layouts.ts';

/** VFIO_TYPE and VFIO_BASE: `_IO(';', 100 + n)`. */
const VFIO_TYPE = 0x3b;
const VFIO_BASE = 100;
/** _IOC_NONE of powerpc in its place; on most other machines it is 0. */
const IOC_NONE_POWERPC = 1 << 29;
/** VFIO_CHECK_EXTENSION is _IO(';', 101), and its argument a number. */
const CHECK_EXTENSION = 1;
/** VFIO_IOMMU_SPAPR_INFO_DDW. */
export const INFO_DDW = 1n;

/** The caller's memory that an ioctl points to. */
export interface IoctlArgument {
  /** What can be read there; shorter than the structure: the memory ends. */
  readonly structure: Uint8Array;
  /** Whether outputs can be written back. */
  readonly isWritable: boolean;
}

/** What an ioctl returned, and for a refusal why. */
export interface IoctlResult {
  readonly rc: number;
  readonly refusal?: Refusal;
}

/** The request number of a call on powerpc. */
export function requestNumber(call: CallName): number {
  return requestOf(CALLS[call].number);
}

/** The request number of VFIO_CHECK_EXTENSION on powerpc. */
export const CHECK_EXTENSION_REQUEST = requestOf(CHECK_EXTENSION);

/** Makes the call that a request number names; `argument` is a structure, or a number. */
export function ioctl(
  container: VfioContainer,
  request: number,
  argument: IoctlArgument | number,
  caller?: Process,
): IoctlResult {
  if (request === CHECK_EXTENSION_REQUEST) {
    return { rc: typeof argument === 'number' ? container.checkExtension(argument) : 0 };
  }
  const call = (Object.keys(CALLS) as CallName[]).find((name) => requestNumber(name) === request);
  if (call === undefined) return resultOf(container.unknownCall(request, caller));
  const target = typeof argument === 'number' ? NO_MEMORY : argument;
  const values = decodeStructure(call, target.structure);
  const frame: Frame = {
    ...(caller && { caller }),
    argsz: Number(values.argsz ?? 0n),
    flags: Number(values.flags ?? 0n),
    readableBytes: target.structure.length,
  };
  return PERFORM[call](container, values, frame, target);
}

const NO_MEMORY: IoctlArgument = { structure: new Uint8Array(0), isWritable: false };

type Perform = (
  container: VfioContainer,
  values: FieldValues,
  frame: Frame,
  target: IoctlArgument,
) => IoctlResult;

const PERFORM: Readonly<Record<CallName, Perform>> = {
  GET_INFO: getInfo,
  CREATE: create,
  MAP: (container, { vaddr, iova, size, flags }, frame) =>
    resultOf(
      container.map(
        {
          processAddress: vaddr,
          busAddress: iova,
          bytes: size,
          read: (Number(flags) & MAP_READ) !== 0,
          write: (Number(flags) & MAP_WRITE) !== 0,
        },
        frame,
      ),
    ),
  UNMAP: (container, { iova, size }, frame) => resultOf(container.unmap(iova, size, frame)),
  ENABLE: (container, _values, frame) => resultOf(container.enable(frame)),
  DISABLE: (container, _values, frame) => resultOf(container.disable(frame)),
  REGISTER: (container, { vaddr, size }, frame) => resultOf(container.register(vaddr, size, frame)),
  UNREGISTER: (container, { vaddr, size }, frame) =>
    resultOf(container.unregister(vaddr, size, frame)),
  REMOVE: (container, { start_addr }, frame) => resultOf(container.remove(start_addr, frame)),
  EEH: eehOperation,
};

function getInfo(
  container: VfioContainer,
  _values: FieldValues,
  frame: Frame,
  target: IoctlArgument,
): IoctlResult {
  const info = container.getInfo(frame);
  if (isRefusal(info)) return resultOf(info);
  const { dma32Start, dma32Bytes, makesWindows, windows } = info;
  const outputs: Record<string, bigint> = {
    flags: makesWindows ? INFO_DDW : 0n,
    dma32_window_start: dma32Start,
    dma32_window_size: dma32Bytes,
  };
  // What there is nothing to tell of is zeroed.
  if (hasRoomForWindows(frame)) {
    outputs['ddw.pgsizes'] = windows?.pageSizes ?? 0n;
    outputs['ddw.max_dynamic_windows_supported'] = BigInt(windows?.windowsMax ?? 0);
    outputs['ddw.levels'] = BigInt(windows?.levelsMax ?? 0);
  }
  return writeBack('GET_INFO', target, outputs);
}

/** A window whose address cannot be told to the caller stays. */
function create(
  container: VfioContainer,
  { page_shift, window_size, levels }: FieldValues,
  frame: Frame,
  target: IoctlArgument,
): IoctlResult {
  const request = {
    pageShift: Number(page_shift),
    windowBytes: window_size,
    levels: Number(levels),
  };
  const result = container.create(request, frame);
  if (isRefusal(result)) return resultOf(result);
  return writeBack('CREATE', target, { start_addr: result.startAddress });
}

function eehOperation(container: VfioContainer, values: FieldValues, frame: Frame): IoctlResult {
  const error = { type: Number(values['err.type']), func: Number(values['err.func']) };
  const result = container.eeh(Number(values.op), frame, error);
  return isRefusal(result) ? resultOf(result) : { rc: result.state };
}

function writeBack(call: CallName, target: IoctlArgument, outputs: FieldValues): IoctlResult {
  const end = Math.max(0, ...Object.keys(outputs).map((name) => fieldEnd(call, name)));
  if (!target.isWritable || end > target.structure.length) {
    return resultOf(
      refuse('EFAULT', `${call}: the outputs cannot be written to the caller's memory`),
    );
  }
  writeFields(call, target.structure, outputs);
  return { rc: 0 };
}

function resultOf(result: CallResult): IoctlResult {
  return isRefusal(result) ? { rc: result.rc, refusal: result } : { rc: 0 };
}

function requestOf(number: number): number {
  return IOC_NONE_POWERPC | (VFIO_TYPE << 8) | (VFIO_BASE + number);
}
