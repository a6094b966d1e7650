/**
 * `window advise`: the best page size and level count for a window on a host, and what would make a
 * better one possible. Every candidate is created and used on a host of its own; the rules of the
 * choice stand in docs/window.md.
 */
import { log2Exact } from '../../models/bits.ts';
import { InputError } from '../../models/input-error.ts';
import { isRefusal } from '../../models/kernel/call-result.ts';
import type { PhysicalMemory } from '../../models/memory/physical.ts';
import { windowsOf } from '../../models/policy/policy.ts';
import { formatSize } from '../../models/size.ts';
import {
  backingProblem,
  type Candidate,
  examine,
  maskBitsFor,
  OUT_OF_REACH,
  type Purpose,
  TOO_SMALL,
} from './candidate.ts';
import { countedBytes, freeMemory, type HostMemory } from './host-memory.ts';
import { scratchMemory } from './plan.ts';
import { type Circumstances, refuseAboveRam } from './question.ts';
import { Session } from './session.ts';

/** So that sizes keep to 64 bits. */
const WINDOW_MAX = 1n << 63n;

/** What is asked. */
export interface AdviceQuestion {
  readonly circumstances: Circumstances;
  readonly windowBytes: bigint;
  /** IO pages to choose from; undefined: all that the PHB has. */
  readonly pageShifts: readonly number[] | undefined;
  readonly levels: readonly number[];
  readonly purpose: Purpose;
}

/** Something that the user could change, and the window that would then be best. */
export interface Improvement {
  /** What to change, as `with ...` goes on. */
  readonly change: string;
  readonly best: Candidate;
  /** The window it is about, where that is another one. */
  readonly windowBytes: bigint;
  /** Whether `ulimit -l` has to be higher, as much as the window and the mapped memory take. */
  readonly raisesMemlock: boolean;
}

export interface Advice {
  readonly question: AdviceQuestion;
  /** Best first; those that are of no use last. */
  readonly candidates: readonly Candidate[];
  /** undefined: nothing works here. */
  readonly best: Candidate | undefined;
  readonly improvements: readonly Improvement[];
}

/** The answer. Throws InputError where more is to be mapped than the window, or the host, has. */
export function advise(question: AdviceQuestion): Advice {
  const { windowBytes, purpose } = question;
  if (purpose.mappedBytes > windowBytes) {
    throw new InputError(
      `--mapped: expected at most the window's ${formatSize(windowBytes)}, got ${formatSize(purpose.mappedBytes)}`,
    );
  }
  refuseAboveRam(purpose.mappedBytes, '--mapped', question.circumstances.memory);
  const memory = scratchMemory();
  const candidates = bestFirst(
    createAll(question, memory).map((created) => fill(created, question, memory)),
  );
  const best = candidates.find(works);
  const offered = offeredPages(question.circumstances, memory);
  const improvements = [...changesTo(question, candidates, offered)].flatMap((change) => {
    const better = findBetter(best, change.changed, memory);
    if (better === undefined) return [];
    const raisesMemlock = change.raisesMemlock ?? false;
    const { windowBytes } = change.changed;
    return [{ change: change.change, best: better, windowBytes, raisesMemlock }];
  });
  return { question, candidates, best, improvements };
}

/** The best window for a question, if it is better than another one. Filling takes longest: none in vain. */
function findBetter(
  best: Candidate | undefined,
  question: AdviceQuestion,
  memory: PhysicalMemory,
): Candidate | undefined {
  for (const created of createAll(question, memory)) {
    if (!works(created) || (best !== undefined && compare(created, best) >= 0)) break;
    const filled = fill(created, question, memory);
    if (works(filled)) return filled;
  }
  return undefined;
}

/**
 * Negative if the first window is better: fewer reads a miss, less charge, larger pages. Of two windows
 * with as many levels the one that is charged less has blocks that are no larger.
 */
function compare(one: Candidate, other: Candidate): number {
  const [mine, its] = [one.attempt, other.attempt];
  return (
    mine.levels - its.levels ||
    Number(mine.chargedBytes - its.chargedBytes) ||
    its.pageShift - mine.pageShift
  );
}

function works({ problem }: Candidate): boolean {
  return problem === undefined;
}

/** Those that work by `compare`; the others, which cannot be compared, by page and levels. */
function bestFirst(candidates: readonly Candidate[]): Candidate[] {
  const useless = candidates.filter((candidate) => !works(candidate)).sort(byPageAndLevels);
  return [...candidates.filter(works).sort(compare), ...useless];
}

function byPageAndLevels({ attempt: one }: Candidate, { attempt: other }: Candidate): number {
  return one.pageShift - other.pageShift || one.levels - other.levels;
}

/** Every page with every level count, created and not filled, best first. */
function createAll(question: AdviceQuestion, memory: PhysicalMemory): Candidate[] {
  const { circumstances, windowBytes, purpose } = question;
  const { pageShifts = offeredPages(circumstances, memory) } = question;
  const candidates = pageShifts.flatMap((pageShift) => {
    const backing = backingProblem(circumstances, pageShift, memory);
    return question.levels.map((levels) => {
      const examination = { windowBytes, pageShift, levels, backing, goal: 'create' } as const;
      return examine(circumstances, purpose, examination, memory);
    });
  });
  return bestFirst(candidates);
}

/** The same window with the memory mapped, if that is known and everything else is well. */
function fill(created: Candidate, question: AdviceQuestion, memory: PhysicalMemory): Candidate {
  const { circumstances, purpose } = question;
  const { attempt } = created;
  if (!works(created) || purpose.mappedBytes === 0n) return created;
  const { windowBytes, pageShift, levels } = attempt;
  const examination = { windowBytes, pageShift, levels, backing: undefined, goal: 'fill' } as const;
  return examine(circumstances, purpose, examination, memory);
}

/** IO pages that GET_INFO offers on such a host. */
function offeredPages(circumstances: Circumstances, memory: PhysicalMemory): number[] {
  const session = new Session(circumstances, memory);
  session.begin();
  const info = session.container.getInfo();
  const mask = isRefusal(info) ? 0n : windowsOf(info).pageSizes;
  return [...mask.toString(2)].reverse().flatMap((bit, shift) => (bit === '1' ? [shift] : []));
}

/** Something that a user can change. */
interface Change {
  readonly change: string;
  readonly changed: AdviceQuestion;
  readonly raisesMemlock?: boolean;
}

/** The same question with one thing changed. */
function* changesTo(
  question: AdviceQuestion,
  candidates: readonly Candidate[],
  offered: readonly number[],
): Generator<Change> {
  const { circumstances, pageShifts } = question;
  const { memlockBytes, backingShift, slot } = circumstances;
  const under = (changed: Partial<Circumstances>): AdviceQuestion => ({
    ...question,
    circumstances: { ...circumstances, ...changed },
  });
  for (const { windowBytes, why } of otherSizes(question, candidates)) {
    const change = `a window of ${formatSize(windowBytes)} (${why})`;
    yield { change, changed: { ...question, windowBytes } };
  }
  if (slot === 1) {
    yield { change: 'slot 0 free (the default window removed first)', changed: under({ slot: 0 }) };
  } else if (hasProblem(candidates, TOO_SMALL)) {
    const change = 'slot 1, above all MMIO (the default window left where it is)';
    yield { change, changed: under({ slot: 1 }) };
  }
  const unreached = candidates.filter(({ problem }) => problem?.what === OUT_OF_REACH);
  if (unreached.length > 0) {
    const { purpose } = question;
    const deviceMaskBits = Math.max(
      ...unreached.map(({ attempt }) => maskBitsFor(attempt, purpose)),
    );
    const changed = { ...question, purpose: { ...purpose, deviceMaskBits } };
    yield { change: `a device of ${deviceMaskBits} address bits`, changed };
  }
  if (memlockBytes !== undefined) {
    const changed = under({ memlockBytes: undefined });
    yield { change: 'a higher ulimit -l', changed, raisesMemlock: true };
  }
  yield* memoryChanges(circumstances.memory, circumstances.kernel.basePageShift, under);
  if (pageShifts !== undefined) {
    yield { change: 'another IO page', changed: { ...question, pageShifts: undefined } };
  }
  for (const larger of offered.filter((shift) => shift > backingShift)) {
    const change = `memory in huge pages of ${formatSize(2 ** larger)}`;
    yield { change, changed: { ...under({ backingShift: larger }), pageShifts: undefined } };
  }
}

function* memoryChanges(
  { buddyinfo, ramBytes }: HostMemory,
  pageShift: number,
  under: (changed: Partial<Circumstances>) => AdviceQuestion,
): Generator<Change> {
  if (buddyinfo === undefined) return;
  const whole = freeMemory(ramBytes ?? countedBytes(buddyinfo), pageShift);
  const change = 'free memory in large blocks, as after a boot';
  yield { change, changed: under({ memory: whole }) };
}

/** Windows of other sizes that the kernel might make, or that would be of use, where this one is neither. */
function otherSizes(
  { windowBytes, purpose, circumstances }: AdviceQuestion,
  candidates: readonly Candidate[],
): { readonly windowBytes: bigint; readonly why: string }[] {
  const { kernel, memory, slot } = circumstances;
  const { deviceMaskBits, mappedBytes } = purpose;
  const isOdd = Number.isNaN(log2Exact(windowBytes));
  const above = isOdd ? powerOfTwoAtMost(windowBytes) * 2n : windowBytes * 2n;
  if (isOdd && windowBytes > 0n && above <= WINDOW_MAX) {
    return [{ windowBytes: above, why: 'the next power of two' }];
  }
  if (hasProblem(candidates, TOO_SMALL)) {
    return [{ windowBytes: above, why: 'the next size up, with room beside 32-bit MMIO' }];
  }
  const { ramBytes } = memory;
  const isCapped = !kernel.era.tables.windowMayExceedMemory && kernel.platform === 'powernv';
  if (isCapped && ramBytes !== undefined && windowBytes > ramBytes) {
    const most = powerOfTwoAtMost(ramBytes);
    if (most >= mappedBytes) return [{ windowBytes: most, why: "at most the machine's memory" }];
  }
  const reached = 1n << BigInt(deviceMaskBits);
  const isReachable = slot === 0 && mappedBytes === 0n && reached < windowBytes;
  if (!hasProblem(candidates, OUT_OF_REACH) || !isReachable) return [];
  return [{ windowBytes: reached, why: 'all that the device reaches' }];
}

function hasProblem(candidates: readonly Candidate[], what: string): boolean {
  return candidates.some(({ problem }) => problem?.what === what);
}

function powerOfTwoAtMost(bytes: bigint): bigint {
  return bytes === 0n ? 0n : 1n << BigInt(bytes.toString(2).length - 1);
}
