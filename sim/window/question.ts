/**
 * What is asked about DMA windows: which windows, on which host, by which process. As plain data, read
 * from the words of a command line.
 */
import { log2Exact } from '../../models/bits.ts';
import { InputError } from '../../models/input-error.ts';
import { type Kernel, parseKernel } from '../../models/kernel/kernel.ts';
import { DEFAULT_PHB } from '../../models/phb/presets.ts';
import type { PhbSpec } from '../../models/phb/spec.ts';
import { formatSize, parseSize } from '../../models/size.ts';
import { TABLE_LEVELS_MAX } from '../../models/table/geometry.ts';
import { suggest } from '../../traces/nearest.ts';
import { HYPERVISOR_NAMES, type HypervisorName } from '../host/partition.ts';
import { specOf } from '../scenario/phb.ts';
import {
  countedBytes,
  type HostMemory,
  type HostMemoryFlags,
  readHostMemory,
  refuseUnknownRam,
} from './host-memory.ts';
import { parseNumberList } from './number-list.ts';

/** The host and the process that windows are asked for on. */
export interface Circumstances {
  readonly kernel: Kernel;
  readonly phb: PhbSpec;
  /** Under which a pseries kernel runs. */
  readonly hypervisor: HypervisorName;
  /** TCEs for a window beside the default one; undefined: assumed. */
  readonly ddwTces: bigint | undefined;
  readonly memory: HostMemory;
  /** RLIMIT_MEMLOCK of the process; undefined: it has CAP_IPC_LOCK. */
  readonly memlockBytes: bigint | undefined;
  /** Whether that looks like a number of `ulimit -l`, which counts KiB. */
  readonly isMemlockDoubtful: boolean;
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
export interface CircumstanceFlags extends HostMemoryFlags {
  readonly kernel: string;
  readonly phb?: string;
  readonly hypervisor?: string;
  readonly ddwTces?: string;
  readonly memlock: string;
  readonly registered: string;
  readonly backing?: string;
  readonly slot?: string;
}

/** Level counts beyond this are refused by every kernel; a line each would say so. */
const LEVELS_ASKED_MAX = 16;
/** A bare number below this may be KiB of `ulimit -l`: no table and no page is that small. */
const BARE_DOUBTFUL = 1n << 20n;
const DEFAULT_HYPERVISOR: HypervisorName = 'powervm';

/** The host and the process of the flags. Throws InputError with the flag's name. */
export function circumstancesOf(flags: CircumstanceFlags): Circumstances {
  const kernel = parseKernel(flags.kernel);
  refuseOtherPlatform(flags, kernel);
  const backingShift = backingOf(flags.backing, kernel);
  const registeredBytes = parseSize(flags.registered, '--registered');
  const pageBytes = 1n << BigInt(backingShift);
  if (registeredBytes % pageBytes !== 0n) {
    throw new InputError(
      `--registered: expected a multiple of ${formatSize(pageBytes)}, got '${flags.registered}'`,
    );
  }
  const memory = readHostMemory(flags, kernel);
  const hypervisor = hypervisorOf(flags.hypervisor ?? DEFAULT_HYPERVISOR);
  const ddwTces = ddwTcesOf(flags.ddwTces, hypervisor);
  checkCounted(memory);
  refuseUnknownRam(memory, kernel);
  refuseUnknownBudget(memory, kernel, ddwTces === undefined && hypervisor === 'powervm');
  refuseAboveRam(registeredBytes, '--registered', memory);
  return {
    kernel,
    phb: specOf(flags.phb ?? DEFAULT_PHB, '--phb'),
    hypervisor,
    ddwTces,
    memory,
    ...memlockOf(flags.memlock),
    registeredBytes,
    backingShift,
    slot: slotOf(flags),
  };
}

/** A process can have no more memory than its host. Throws InputError with both numbers. */
export function refuseAboveRam(bytes: bigint, what: string, { ramBytes }: HostMemory): void {
  if (ramBytes === undefined || bytes <= ramBytes) return;
  throw new InputError(
    `${what}: expected at most the host's memory, ${formatSize(ramBytes)} (--ram), got ${formatSize(bytes)}`,
  );
}

/** Sizes of a list, in its order. Throws InputError that names `what`. */
export function sizesOf(text: string, what: string): bigint[] {
  const words = text.split(',');
  const empty = words.findIndex((word) => word.trim() === '');
  if (empty >= 0 && words.length > 1) {
    const where = empty === words.length - 1 ? 'after the last comma' : 'before a comma';
    throw new InputError(`${what}: expected a size, got an empty one ${where} in '${text}'`);
  }
  return [...new Set(words.map((each) => parseSize(each, what)))];
}

/** IO page sizes of a list as log2. */
export function pageShiftsOf(text: string): number[] {
  return sizesOf(text, '--page').map((bytes) => shiftOf(bytes, '--page'));
}

/** Level counts of a list. Such as kernels never take may be asked for, too: their answer is one. */
export function levelsOf(text: string): number[] {
  const wanted = `2, 1,3 or 1..3, between 1 and ${TABLE_LEVELS_MAX}`;
  return parseNumberList(text, '--levels', { most: LEVELS_ASKED_MAX, wanted });
}

/** Flags that mean nothing here would only seem to be heard. */
function refuseOtherPlatform(
  { phb, hypervisor, ddwTces }: CircumstanceFlags,
  kernel: Kernel,
): void {
  const isPseries = kernel.platform === 'pseries';
  const others = isPseries
    ? { '--phb': phb }
    : { '--hypervisor': hypervisor, '--ddw-tces': ddwTces };
  for (const [name, value] of Object.entries(others)) {
    if (value === undefined) continue;
    const wanted = isPseries ? 'powernv' : 'pseries';
    throw new InputError(`${name}: expected with a ${wanted} kernel only, got '${value}'`);
  }
}

/** A host has no more free than it has. */
function checkCounted({ buddyinfo, ramBytes }: HostMemory): void {
  if (buddyinfo === undefined || ramBytes === undefined) return;
  const free = countedBytes(buddyinfo);
  if (free <= ramBytes) return;
  throw new InputError(
    `--ram: expected at least what ${buddyinfo.source} has free, ${formatSize(free)}, got ${formatSize(ramBytes)}`,
  );
}

/** What PowerVM gives an adapter follows from the memory's size, which is not invented. */
function refuseUnknownBudget(
  { ramBytes }: HostMemory,
  kernel: Kernel,
  budgetsByRam: boolean,
): void {
  if (
    ramBytes === undefined &&
    kernel.platform === 'pseries' &&
    kernel.hasWindows &&
    budgetsByRam
  ) {
    throw new InputError(
      '--ram: expected with --buddyinfo and --hypervisor powervm, unless --ddw-tces says what an adapter has',
    );
  }
}

function ddwTcesOf(text: string | undefined, hypervisor: HypervisorName): bigint | undefined {
  if (text === undefined) return undefined;
  if (hypervisor !== 'powervm') {
    throw new InputError(`--ddw-tces: expected with --hypervisor powervm only, got '${text}'`);
  }
  return parseSize(text, '--ddw-tces');
}

function memlockOf(text: string): Pick<Circumstances, 'memlockBytes' | 'isMemlockDoubtful'> {
  if (text === 'unlimited') return { memlockBytes: undefined, isMemlockDoubtful: false };
  const memlockBytes = parseSize(text, '--memlock');
  const isBare = /^\d+$/.test(text.trim());
  return {
    memlockBytes,
    isMemlockDoubtful: isBare && memlockBytes > 0n && memlockBytes < BARE_DOUBTFUL,
  };
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

function slotOf({ slot = '0' }: CircumstanceFlags): 0 | 1 {
  if (slot === '0') return 0;
  if (slot === '1') return 1;
  throw new InputError(`--slot: expected 0 or 1, got '${slot}'`);
}

function shiftOf(bytes: bigint, what: string): number {
  const shift = log2Exact(bytes);
  if (!Number.isNaN(shift)) return shift;
  throw new InputError(`${what}: expected a power of two, got '${formatSize(bytes)}'`);
}
