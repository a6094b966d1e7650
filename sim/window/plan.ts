/**
 * `window plan`: every window that was asked about with every level count, each tried on a host and by a
 * process of its own, and what a program that retries in its own way would do.
 */
import { InputError } from '../../models/input-error.ts';
import { allocateMemory, PhysicalMemory } from '../../models/memory/physical.ts';
import { attempt, type WindowAttempt } from './attempt.ts';
import { type ProgramName, type ProgramRun, runProgram } from './program.ts';
import type { Circumstances, WindowSize } from './question.ts';

/** What is asked. */
export interface PlanQuestion {
  readonly circumstances: Circumstances;
  readonly sizes: readonly WindowSize[];
  /** Level counts, in the order of the answer. */
  readonly levels: readonly number[];
  readonly program: ProgramName | undefined;
}

/** One window with each level count. */
export interface PlannedWindow extends WindowSize {
  readonly attempts: readonly WindowAttempt[];
  readonly program: ProgramRun | undefined;
}

export interface Plan {
  readonly circumstances: Circumstances;
  readonly windows: readonly PlannedWindow[];
}

/** Simulated memory for tables; the machine commits what is touched. */
const TABLE_BYTES_MAX = 2 ** 30;
const ATTEMPTS_MAX = 1000;

/** Windows of each size with pages of each size. */
export function crossed(
  windowSizes: readonly bigint[],
  pageShifts: readonly number[],
): WindowSize[] {
  return windowSizes.flatMap((windowBytes) =>
    pageShifts.map((pageShift) => ({ windowBytes, pageShift })),
  );
}

/** The answer. Throws InputError where more is asked than a reader could want. */
export function planWindows({ circumstances, sizes, levels, program }: PlanQuestion): Plan {
  const count = sizes.length * levels.length;
  if (count > ATTEMPTS_MAX) {
    throw new InputError(
      `windows, pages and levels: expected at most ${ATTEMPTS_MAX} combinations, got ${count}`,
    );
  }
  const memory = scratchMemory();
  const windows = sizes.map((size) => ({
    ...size,
    attempts: levels.map((each) => attempt(circumstances, size, each, memory)),
    program: program && runProgram(program, circumstances, size, levels[0], memory),
  }));
  return { circumstances, windows };
}

/** Memory that any number of hosts can have one after the other. */
export function scratchMemory(): PhysicalMemory {
  return new PhysicalMemory(allocateMemory(TABLE_BYTES_MAX));
}
