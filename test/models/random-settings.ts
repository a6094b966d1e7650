/** What the environment asks of the random tests: RANDOM_RUNS more runs of each, RANDOM_SEED for others. */
import seedrandom from 'seedrandom';
import { plainError } from '../oracle/plain-error.ts';

const RUNS_MAX = 1e6;

/** Runs of each test, every one with a seed of its own; 1 unless RANDOM_RUNS says otherwise. */
export function randomRuns(
  env: Readonly<Record<string, string | undefined>> = process.env,
): number {
  const text = env.RANDOM_RUNS ?? '1';
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= RUNS_MAX) return value;
  throw plainError(`RANDOM_RUNS: expected a whole number 1..${RUNS_MAX}, got '${text}'`);
}

/** Who makes calls and keeps books of them. */
export interface Player {
  readonly log: string[];
  readonly tally: Map<string, number>;
  step(): void;
  check(): void;
  end(): void;
}

/** Random numbers of a run; the seed names it. */
export function randomOf(seed: string): () => number {
  return seedrandom.alea(seed);
}

/** The seed of a run of a test. */
export function seedOf(name: string, run: number): string {
  return [process.env.RANDOM_SEED, name, run].filter((part) => part !== undefined).join(' ');
}

/** Does it; a failure names the seed and the latest calls. */
export function withSeed(seed: string, log: readonly string[], body: () => void): void {
  try {
    body();
  } catch (problem) {
    const latest = log.slice(-15).map((line) => `  ${line}`);
    throw new Error(`seed '${seed}', after\n${latest.join('\n')}\n${problem}`, { cause: problem });
  }
}

/** Adds the results of one run to those of others. */
export function addTally(sum: Map<string, number>, tally: ReadonlyMap<string, number>): void {
  for (const [key, count] of tally) sum.set(key, (sum.get(key) ?? 0) + count);
}
