/**
 * A window that could be advised: created on a fresh host, and then used, because one that exists may
 * still be of no use: too small beside the 32-bit MMIO space, out of the device's reach, of pages larger than those of the memory behind it, or
 * with tables that find no block when they are filled.
 */

import { hex } from '../../models/bits.ts';
import { type CallResult, isRefusal } from '../../models/kernel/call-result.ts';
import type { PhysicalMemory } from '../../models/memory/physical.ts';
import { describeBytes, formatSize } from '../../models/size.ts';
import { formatBase } from '../report/numbers.ts';
import { attemptIn, tableBytesOf, type WindowAttempt } from './attempt.ts';
import { freeMemory } from './host-memory.ts';
import { mmioBytesIn, runsAround } from './mmio-hole.ts';
import type { Circumstances, WindowSize } from './question.ts';
import { Session } from './session.ts';

/** What a window is for. */
export interface Purpose {
  /** Address bits that the device has. */
  readonly deviceMaskBits: number;
  /** Memory that is mapped at a time; 0: not known, the device may use the whole window. */
  readonly mappedBytes: bigint;
}

/** Why a window is of no use. */
export interface Problem {
  /** `CREATE: ENOMEM`, `out of reach`. */
  readonly what: string;
  readonly why: string;
}

export interface Candidate {
  readonly attempt: WindowAttempt;
  /** undefined: it works. */
  readonly problem: Problem | undefined;
  /** Table memory once the memory is mapped. */
  readonly filledBytes: bigint;
  /** Locked memory of the process then. */
  readonly lockedBytes: bigint;
}

/** `what` of problems that another size of window would solve. */
export const TOO_SMALL = 'too small';
export const OUT_OF_REACH = 'out of reach';

/** TCEs that are written to see whether their tables find blocks; more would take minutes. */
const ENTRIES_SIMULATED_MAX = 2n ** 26n;
/** Enough free memory for a table of one page. */
const ROOMY_BYTES = 1n << 40n;

/** What is examined, and how far. */
export interface Examination extends WindowSize {
  readonly levels: number;
  /** Why memory cannot stand behind such pages (`backingProblem`); undefined: it can. */
  readonly backing: Problem | undefined;
  readonly goal: 'create' | 'fill';
}

/** Creates a window, and maps memory in it where it is to be filled. */
export function examine(
  circumstances: Circumstances,
  purpose: Purpose,
  { levels, backing, goal, ...size }: Examination,
  memory: PhysicalMemory,
): Candidate {
  const session = new Session(withMapped(circumstances, purpose), memory);
  const attempt = attemptIn(session, size, levels);
  const problem =
    creationProblem(attempt) ??
    backing ??
    roomProblem(attempt, purpose) ??
    reachProblem(attempt, purpose) ??
    (goal === 'fill' ? mapProblem(attempt, purpose, session) : undefined);
  const window = attempt.placement && session.container.windows.at(-1);
  const filledBytes = window ? tableBytesOf(window, circumstances.kernel) : 0n;
  return { attempt, problem, filledBytes, lockedBytes: session.process.locked.lockedBytes };
}

/** Why memory of the process cannot stand behind such IO pages; undefined: it can. */
export function backingProblem(
  circumstances: Circumstances,
  pageShift: number,
  memory: PhysicalMemory,
): Problem | undefined {
  const { kernel } = circumstances;
  const pageBytes = 1n << BigInt(pageShift);
  const backingBytes = 1n << BigInt(circumstances.backingShift);
  const session = new Session(
    {
      ...circumstances,
      memory: freeMemory(ROOMY_BYTES, kernel.basePageShift),
      memlockBytes: undefined,
      registeredBytes: pageBytes > backingBytes ? pageBytes : backingBytes,
      slot: 0,
    },
    memory,
  );
  const { placement } = attemptIn(session, { windowBytes: pageBytes, pageShift }, 1);
  return placement && refused('MAP', session.map(placement.busAddress, pageBytes));
}

/** Memory that is to be mapped is registered first. */
function withMapped(circumstances: Circumstances, { mappedBytes }: Purpose): Circumstances {
  const { backingShift, registeredBytes } = circumstances;
  const shift = BigInt(backingShift);
  const wanted = pagesOf(mappedBytes, backingShift) << shift;
  return wanted > registeredBytes ? { ...circumstances, registeredBytes: wanted } : circumstances;
}

function creationProblem({ call, refusal, notSimulated }: WindowAttempt): Problem | undefined {
  if (notSimulated !== undefined) return { what: 'not simulated', why: notSimulated };
  return refusal && refused(call, refusal);
}

/** The 32-bit MMIO space takes its part of a window over it: memory there would never be reached. */
function roomProblem(
  { placement, windowBytes }: WindowAttempt,
  { mappedBytes }: Purpose,
): Problem | undefined {
  if (placement === undefined) return undefined;
  const { busAddress } = placement;
  const left = windowBytes - mmioBytesIn(busAddress, windowBytes);
  if (mappedBytes <= left) return undefined;
  const what = `${formatSize(mappedBytes)} mapped, and ${describeBytes(left)} of the window are left`;
  return { what: TOO_SMALL, why: `${what}: bus addresses 2G to 4G are 32-bit MMIO` };
}

function reachProblem(
  { placement, windowBytes }: WindowAttempt,
  { deviceMaskBits, mappedBytes }: Purpose,
): Problem | undefined {
  if (placement === undefined) return undefined;
  const { busAddress } = placement;
  const used = mappedBytes === 0n ? windowBytes : mappedBytes;
  const last = lastAddress(busAddress, windowBytes, mappedBytes);
  if (last >> BigInt(deviceMaskBits) === 0n) return undefined;
  const part = mappedBytes === 0n ? 'the window' : `${formatSize(used)} mapped`;
  const place = `${part} at ${formatBase(hex(busAddress))} ends at ${hex(last)}`;
  return { what: OUT_OF_REACH, why: `${place}, beyond ${deviceMaskBits} address bits` };
}

/** Address bits of a device that would reach all that is used of a window. */
export function maskBitsFor(
  { placement, windowBytes }: WindowAttempt,
  { mappedBytes }: Purpose,
): number {
  if (placement === undefined) return 0;
  return lastAddress(placement.busAddress, windowBytes, mappedBytes).toString(2).length;
}

/** The last bus address in use: of the mapped memory, or where that is not known, of the window. */
function lastAddress(start: bigint, windowBytes: bigint, mappedBytes: bigint): bigint {
  if (mappedBytes === 0n) return start + windowBytes - 1n;
  const last = runsAround(start, mappedBytes).at(-1) ?? { start, bytes: mappedBytes };
  return last.start + last.bytes - 1n;
}

function mapProblem(
  { placement, pageShift }: WindowAttempt,
  { mappedBytes }: Purpose,
  session: Session,
): Problem | undefined {
  if (placement === undefined) return undefined;
  const shift = BigInt(pageShift);
  const entries = pagesOf(mappedBytes, pageShift);
  if (entries > ENTRIES_SIMULATED_MAX) {
    const most = describeBytes(ENTRIES_SIMULATED_MAX << shift);
    return { what: 'not simulated', why: `at most ${most} are mapped with such pages` };
  }
  for (const { start, bytes } of runsAround(placement.busAddress, mappedBytes)) {
    const problem = refused('MAP', session.map(start, pagesOf(bytes, pageShift) << shift));
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** Pages that so many bytes take. */
export function pagesOf(bytes: bigint, pageShift: number): bigint {
  const shift = BigInt(pageShift);
  return (bytes + (1n << shift) - 1n) >> shift;
}

function refused(call: string, result: CallResult): Problem | undefined {
  if (!isRefusal(result)) return undefined;
  return { what: `${call}: ${result.errno ?? result.rc}`, why: result.reason };
}
