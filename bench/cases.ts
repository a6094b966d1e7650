/** All cases of the suite, and the choice of some of them. */
import { InputError } from '../models/input-error.ts';
import { suggest } from '../traces/nearest.ts';
import type { BenchCase, BenchSize } from './bench-case.ts';
import { generateCases } from './generate-cases.ts';
import { importCases } from './import-cases.ts';
import { replayCases } from './replay-cases.ts';
import { startCases } from './start-cases.ts';
import { sweepCases } from './sweep-cases.ts';
import { unitCases } from './unit-cases.ts';

/** Requests of a run when nobody says otherwise, and the most that memory is meant for. */
export const REQUESTS_PRESET = 2 ** 19;
export const REQUESTS_MAX = 2 ** 26;

/** Every case of the suite; nothing is prepared yet. */
export function benchCases(size: BenchSize): BenchCase[] {
  return [
    ...unitCases(size),
    ...replayCases(size),
    ...sweepCases(size),
    ...importCases(size),
    ...generateCases(size),
    ...startCases(),
  ];
}

/** The names that `--cases` chooses; all without a pattern. Throws InputError where that is none. */
export function matching(names: readonly string[], pattern: RegExp | undefined): string[] {
  const chosen = names.filter((name) => pattern?.test(name) ?? true);
  if (chosen.length > 0 || pattern === undefined) return chosen;
  const groups = [...new Set(names.map((name) => name.split(':')[0]))];
  throw new InputError(
    `--cases: no case matches '${pattern.source}'${suggest(pattern.source, groups)}`,
  );
}
