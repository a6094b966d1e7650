/**
 * What is asked about DMA windows: which windows, on which host, by which process. As plain data, read
 * from the words of a command line.
 */
import { log2Exact } from '../../models/bits.ts';
import { InputError } from '../../models/input-error.ts';
import { type Kernel, parseKernel } from '../../models/kernel/kernel.ts';
import type { PhbSpec } from '../../models/phb/spec.ts';
import { formatSize, parseSize } from '../../models/size.ts';
import { suggest } from '../../traces/nearest.ts';
import { HYPERVISOR_NAMES, type HypervisorName } from '../host/partition.ts';
import { specOf } from '../scenario/phb.ts';
import { type HostMemory, readHostMemory } from './host-memory.ts';
import { parseNumberList } from './number-list.ts';

/** The host and the process that windows are asked for on. */
export interface Circumstances {
  readonly kernel: Kernel;
  readonly phb: PhbSpec;
  /** Under which a pseries kernel runs. */
  readonly hypervisor: HypervisorName;
  readonly memory: HostMemory;
  /** RLIMIT_MEMLOCK of the process; undefined: it has CAP_IPC_LOCK. */
  readonly memlockBytes: bigint | undefined;
  /** Memory that the process registered before. */
  readonly registeredBytes: bigint;
  /** Log2 of the page size of the process's memory. */
  readonly backingShift: number;
  /** 0: the default window is removed first; 1: another window has bus address 0 already. */
  readonly slot: 0 | 1;
}

/** One window size with one IO page size. */
export interface WindowSize {
  readonly windowBytes: bigint;
  readonly pageShift: number;
}

/** The words of the command line that say it. */
export interface CircumstanceFlags {
  readonly kernel: string;
  readonly phb: string;
  readonly hypervisor: string;
  readonly buddyinfo?: string;
  readonly node?: string;
  readonly ram: string;
  readonly memlock: string;
  readonly registered: string;
  readonly backing?: string;
  readonly slot?: string;
  readonly keepDefault?: boolean;
}

/** Level counts beyond this are refused by every kernel; a line each would say so. */
const LEVELS_ASKED_MAX = 16;

/** The host and the process of the flags. Throws InputError with the flag's name. */
export function circumstancesOf(flags: CircumstanceFlags): Circumstances {
  const kernel = parseKernel(flags.kernel);
  const backingShift = backingOf(flags.backing, kernel);
  const registeredBytes = parseSize(flags.registered, '--registered');
  const pageBytes = 1n << BigInt(backingShift);
  if (registeredBytes % pageBytes !== 0n) {
    throw new InputError(
      `--registered: expected a multiple of ${formatSize(pageBytes)}, got '${flags.registered}'`,
    );
  }
  return {
    kernel,
    phb: specOf(flags.phb),
    hypervisor: hypervisorOf(flags.hypervisor),
    memory: readHostMemory(flags, kernel),
    memlockBytes: flags.memlock === 'unlimited' ? undefined : parseSize(flags.memlock, '--memlock'),
    registeredBytes,
    backingShift,
    slot: slotOf(flags),
  };
}

/** Sizes of a list, in its order. Throws InputError that names `what`. */
export function sizesOf(text: string, what: string): bigint[] {
  return [...new Set(text.split(',').map((each) => parseSize(each, what)))];
}

/** IO page sizes of a list as log2. */
export function pageShiftsOf(text: string): number[] {
  return sizesOf(text, '--page').map((bytes) => shiftOf(bytes, '--page'));
}

/** Level counts of a list. */
export function levelsOf(text: string): number[] {
  return parseNumberList(text, '--levels', LEVELS_ASKED_MAX);
}

function hypervisorOf(name: string): HypervisorName {
  const known = HYPERVISOR_NAMES.find((each) => each === name);
  if (known !== undefined) return known;
  throw new InputError(`--hypervisor: unknown '${name}'${suggest(name, HYPERVISOR_NAMES)}`);
}

function backingOf(text: string | undefined, kernel: Kernel): number {
  if (text === undefined) return kernel.basePageShift;
  const shift = shiftOf(parseSize(text, '--backing'), '--backing');
  if (shift >= kernel.basePageShift) return shift;
  const least = formatSize(2 ** kernel.basePageShift);
  throw new InputError(`--backing: expected at least the kernel's page, ${least}, got '${text}'`);
}

function slotOf({ slot, keepDefault = false }: CircumstanceFlags): 0 | 1 {
  if (slot !== undefined && slot !== '0' && slot !== '1') {
    throw new InputError(`--slot: expected 0 or 1, got '${slot}'`);
  }
  if (slot === '0' && keepDefault) {
    throw new InputError('--slot: expected 1 with --keep-default, which takes slot 0, got 0');
  }
  return slot === '1' || keepDefault ? 1 : 0;
}

function shiftOf(bytes: bigint, what: string): number {
  const shift = log2Exact(bytes);
  if (!Number.isNaN(shift)) return shift;
  throw new InputError(`${what}: expected a power of two, got '${formatSize(bytes)}'`);
}
