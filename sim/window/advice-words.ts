/** Why a window is advised, and what to beware of, in sentences; the figures are those of the candidate. */
import { hex } from '../../models/bits.ts';
import { describeBytes, formatSize } from '../../models/size.ts';
import { formatBase, formatCount, formatCountOf } from '../report/numbers.ts';
import type { Advice, Improvement } from './advise.ts';
import { type Candidate, pagesOf } from './candidate.ts';
import { hasNodes } from './host-memory.ts';
import { mmioBytesIn } from './mmio-hole.ts';

/** Requests of up to this order Linux counts as cheap, and retries for long (PAGE_ALLOC_COSTLY_ORDER). */
const CHEAP_ORDER_MAX = 3;
const KIB = 1024n;

/** A window in a few words: `64K pages, 2 levels`. */
export function windowWords({ attempt }: Candidate): string {
  const page = formatSize(2 ** attempt.pageShift);
  return `${page} pages, ${formatCountOf(attempt.levels, 'level')}`;
}

/** Why this window; or why none. */
export function reasons(advice: Advice): string[] {
  const { best, candidates } = advice;
  if (best === undefined) {
    const tried = formatCountOf(candidates.length, 'window');
    return [`None of ${tried} works on this host.`, ...commonProblems(candidates)];
  }
  return [
    createdWords(best),
    reachWords(best),
    ...readsWords(best, advice),
    blockWords(best, advice),
    ...nodeWords(best, advice),
    chargeWords(best, advice),
    placeWords(best, advice),
    ...mappedWords(best, advice),
  ];
}

/** What the window does not save its user from. */
export function cautions({ best, candidates, question }: Advice): string[] {
  if (best === undefined) return [];
  const { attempt } = best;
  const found: string[] = [];
  const order = attempt.shape?.geometry.order ?? 0;
  const fallback = candidates.find(
    (each) =>
      each.problem === undefined && (each.attempt.shape?.geometry.order ?? 0) <= CHEAP_ORDER_MAX,
  );
  if (order > CHEAP_ORDER_MAX && fallback !== undefined) {
    found.push(
      `Blocks of order ${order} become rare as memory fragments; ${windowWords(fallback)} would do ` +
        `with order ${fallback.attempt.shape?.geometry.order}.`,
    );
  }
  const { placement, windowBytes } = attempt;
  const hidden = placement && mmioBytesIn(placement.busAddress, windowBytes);
  if (hidden !== undefined && hidden > 0n) {
    const left = describeBytes(windowBytes - hidden);
    found.push(
      'Map nothing at bus addresses 2G to 4G: 32-bit MMIO lies there, and the kernel reserves nothing. ' +
        `${left} of the window are left for memory.`,
    );
  }
  if (attempt.levels > 1 && question.purpose.mappedBytes === 0n) {
    found.push(
      'Tables below the root are allocated when pages are mapped: a later MAP may still fail with ENOMEM.',
    );
  }
  return found;
}

/** What a change would bring. */
export function improvementWords({ change, best, raisesMemlock }: Improvement): string {
  const { attempt } = best;
  const limit = raisesMemlock ? `, ${ulimitWords(best)}` : '';
  const order =
    attempt.shape === undefined ? '' : `, blocks of order ${attempt.shape.geometry.order}`;
  const charge = `${describeBytes(attempt.chargedBytes)} charged`;
  return `With ${change}${limit}: ${windowWords(best)}${order}, ${charge}.`;
}

/** What `ulimit -l` has to print. */
function ulimitWords({ lockedBytes }: Candidate): string {
  return `${formatCount(Number((lockedBytes + KIB - 1n) / KIB))} KiB at least`;
}

function createdWords({ attempt }: Candidate): string {
  const spans = attempt.placement?.effectiveBytes ?? attempt.windowBytes;
  const size = formatSize(attempt.windowBytes);
  const rounded = spans === attempt.windowBytes ? '' : `, and it spans ${formatSize(spans)}`;
  return `The kernel creates the window of ${size} on this host${rounded}.`;
}

/** The kernel counts the entries of the size that was asked for, not of what the levels span. */
function reachWords({ attempt }: Candidate): string {
  const { windowBytes, pageShift } = attempt;
  const pages = formatCountOf(Number(pagesOf(windowBytes, pageShift)), 'page');
  return `${pages} of ${formatSize(2 ** pageShift)} can be mapped through it at a time, ${describeBytes(windowBytes)} in all.`;
}

function readsWords(best: Candidate, { candidates }: Advice): string[] {
  const { levels, pageShift } = best.attempt;
  const reads = `${formatCountOf(levels, 'read')} of memory for each TCE cache miss`;
  if (levels <= 1) return [`${reads}: no window needs fewer.`];
  const fewer = candidates.filter(
    ({ attempt }) => attempt.pageShift === pageShift && attempt.levels < levels,
  );
  return [
    `${reads}, the fewest of all windows that work.`,
    ...[...byProblem(fewer)].map(
      ([problem, sharing]) => `Not ${levelsWords(sharing)}: ${problem}.`,
    ),
  ];
}

function blockWords({ attempt }: Candidate, { question }: Advice): string {
  if (attempt.shape === undefined)
    return 'The hypervisor makes the table; the host needs no block.';
  const { order, levelBytes } = attempt.shape.geometry;
  const block = `Each table is one block of order ${order} (${describeBytes(levelBytes)})`;
  if (order === 0) return `${block}, a single page: fragmented memory has it, too.`;
  const free = question.circumstances.memory.fresh().freeBlocks;
  const count = free.reduce((sum, blocks, of) => {
    return of < order ? sum : sum + blocks * 2 ** (of - order);
  }, 0);
  const cheap = order <= CHEAP_ORDER_MAX ? ', which Linux counts as cheap' : '';
  return `${block}${cheap}; the host has ${formatCount(count)} of them free.`;
}

function nodeWords({ attempt }: Candidate, { question }: Advice): string[] {
  const [table, mirror = table] = attempt.rootNodes;
  if (table === undefined || !hasNodes(question.circumstances.memory)) return [];
  const mirrored = mirror === table ? '' : `, the mirror's from node ${mirror}`;
  return [`The root block comes from node ${table}${mirrored}.`];
}

function chargeWords({ attempt, lockedBytes }: Candidate, { question }: Advice): string {
  const { memlockBytes } = question.circumstances;
  const limit = memlockBytes === undefined ? 'no limit' : `of ${describeBytes(memlockBytes)}`;
  const charge = `${describeBytes(attempt.chargedBytes)} of locked memory are charged`;
  return `${charge}; with all else ${describeBytes(lockedBytes)}, ${limit} (ulimit -l).`;
}

function placeWords({ attempt }: Candidate, { question }: Advice): string {
  const address = formatBase(hex(attempt.placement?.busAddress ?? 0n));
  const { deviceMaskBits, mappedBytes } = question.purpose;
  const what = mappedBytes === 0n ? 'all of it' : 'all that is mapped';
  return `It lies at bus address ${address}; a device with ${deviceMaskBits} address bits reaches ${what}.`;
}

function mappedWords({ attempt, filledBytes }: Candidate, { question }: Advice): string[] {
  const { mappedBytes } = question.purpose;
  if (mappedBytes === 0n) return [];
  const tces = formatCountOf(Number(pagesOf(mappedBytes, attempt.pageShift)), 'TCE');
  return [
    `${describeBytes(mappedBytes)} mapped are ${tces}, in ${describeBytes(filledBytes)} of tables.`,
  ];
}

/** Each problem once, with the windows that have it. */
function commonProblems(candidates: readonly Candidate[]): string[] {
  return [...byProblem(candidates)].map(([problem, sharing]) => {
    return `${manyWords(sharing)}: ${problem}.`;
  });
}

/** Figures in a sentence, with their units. */
const FIGURES = /\d[\d.,]*\d?(?: ?[KMGTPE](?:i?B)?\b)?/g;

/** Candidates by what is wrong with them, in words; problems that differ in their figures alone are one. */
function byProblem(candidates: readonly Candidate[]): Map<string, Candidate[]> {
  const words = ({ problem }: Candidate) => `${problem?.what}: ${problem?.why}`;
  const alike = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    const kind = words(candidate).replace(FIGURES, '#');
    alike.set(kind, [...(alike.get(kind) ?? []), candidate]);
  }
  const sharers = [...alike.values()].map((sharing): [string, Candidate[]] => {
    const first = words(sharing[0]);
    const isOne = sharing.every((each) => words(each) === first);
    return [isOne ? first : `${first} (figures of the first)`, sharing];
  });
  return new Map(sharers);
}

/** `4K pages with 1, 2 levels; 64K pages with 1 level`. */
function manyWords(candidates: readonly Candidate[]): string {
  const shifts = [...new Set(candidates.map(({ attempt }) => attempt.pageShift))];
  const groups = shifts.map((shift) => {
    const of = candidates.filter(({ attempt }) => attempt.pageShift === shift);
    return `${formatSize(2 ** shift)} pages with ${levelsWords(of)}`;
  });
  return groups.join('; ');
}

/** `1, 2 levels`. */
function levelsWords(candidates: readonly Candidate[]): string {
  const levels = candidates.map(({ attempt }) => attempt.levels).join(', ');
  return `${levels} ${levels === '1' ? 'level' : 'levels'}`;
}
