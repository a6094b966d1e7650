/**
 * `window advise`: the best page size and level count for a window on a host, and what would make a
 * better one possible. Every candidate is created and used on a host of its own; the rules of the
 * choice stand in docs/window.md.
 */
import { InputError } from '../../models/input-error.ts';
import { isRefusal } from '../../models/kernel/call-result.ts';
import type { PhysicalMemory } from '../../models/memory/physical.ts';
import { windowsOf } from '../../models/policy/policy.ts';
import { formatSize } from '../../models/size.ts';
import { backingProblem, type Candidate, examine, type Purpose } from './candidate.ts';
import { freeMemory } from './host-memory.ts';
import { scratchMemory } from './plan.ts';
import type { Circumstances } from './question.ts';
import { Session } from './session.ts';

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
}

export interface Advice {
  readonly question: AdviceQuestion;
  /** Best first; those that are of no use last. */
  readonly candidates: readonly Candidate[];
  /** undefined: nothing works here. */
  readonly best: Candidate | undefined;
  readonly improvements: readonly Improvement[];
}

/** The answer. Throws InputError where more is to be mapped than the window holds. */
export function advise(question: AdviceQuestion): Advice {
  const { windowBytes, purpose } = question;
  if (purpose.mappedBytes > windowBytes) {
    throw new InputError(
      `--mapped: expected at most the window's ${formatSize(windowBytes)}, got ${formatSize(purpose.mappedBytes)}`,
    );
  }
  const memory = scratchMemory();
  const candidates = bestFirst(
    createAll(question, memory).map((created) => fill(created, question, memory)),
  );
  const best = candidates.find(works);
  const offered = offeredPages(question.circumstances, memory);
  const improvements = [...changesTo(question, offered)].flatMap(({ change, changed }) => {
    const better = findBetter(best, changed, memory);
    return better === undefined ? [] : [{ change, best: better }];
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

function bestFirst(candidates: readonly Candidate[]): Candidate[] {
  const useless = candidates.filter((candidate) => !works(candidate));
  return [...candidates.filter(works).sort(compare), ...useless];
}

/** Every page with every level count, created and not filled, best first. */
function createAll(question: AdviceQuestion, memory: PhysicalMemory): Candidate[] {
  const { circumstances, windowBytes, purpose } = question;
  const { pageShifts = offeredPages(circumstances, memory) } = question;
  const candidates = pageShifts.flatMap((pageShift) => {
    const backing = backingProblem(circumstances, pageShift, memory);
    return question.levels.map((levels) => {
      const size = { windowBytes, pageShift };
      const candidate = examine(circumstances, purpose, size, levels, memory, 'create');
      return { ...candidate, problem: backing ?? candidate.problem };
    });
  });
  return bestFirst(candidates);
}

/** The same window with the memory mapped, if that is known and everything else is well. */
function fill(created: Candidate, question: AdviceQuestion, memory: PhysicalMemory): Candidate {
  const { circumstances, purpose } = question;
  const { attempt } = created;
  if (!works(created) || purpose.mappedBytes === 0n) return created;
  return examine(circumstances, purpose, attempt, attempt.levels, memory, 'fill');
}

/** IO pages that GET_INFO offers on such a host. */
function offeredPages(circumstances: Circumstances, memory: PhysicalMemory): number[] {
  const session = new Session(circumstances, memory);
  session.begin();
  const info = session.container.getInfo();
  const mask = isRefusal(info) ? 0n : windowsOf(info).pageSizes;
  return [...mask.toString(2)].reverse().flatMap((bit, shift) => (bit === '1' ? [shift] : []));
}

/** The same question with one thing changed that a user can change. */
function* changesTo(
  question: AdviceQuestion,
  offered: readonly number[],
): Generator<{ readonly change: string; readonly changed: AdviceQuestion }> {
  const { circumstances, pageShifts } = question;
  const { kernel, memory, memlockBytes, backingShift, slot } = circumstances;
  const under = (changed: Partial<Circumstances>): AdviceQuestion => ({
    ...question,
    circumstances: { ...circumstances, ...changed },
  });
  if (slot === 1) {
    yield { change: 'slot 0 free (the default window removed first)', changed: under({ slot: 0 }) };
  }
  if (memlockBytes !== undefined) {
    yield { change: 'a higher ulimit -l', changed: under({ memlockBytes: undefined }) };
  }
  if (memory.buddyinfo !== undefined) {
    const whole = freeMemory(memory.ramBytes, kernel.basePageShift);
    yield {
      change: 'free memory in large blocks, as after a boot',
      changed: under({ memory: whole }),
    };
  }
  if (pageShifts !== undefined) {
    yield { change: 'another IO page', changed: { ...question, pageShifts: undefined } };
  }
  for (const larger of offered.filter((shift) => shift > backingShift)) {
    const change = `memory in huge pages of ${formatSize(2 ** larger)}`;
    yield { change, changed: { ...under({ backingShift: larger }), pageShifts: undefined } };
  }
}
