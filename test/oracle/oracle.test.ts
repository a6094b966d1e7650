/**
 * The engine against the oracle (edges.ts): both must agree on outcome, real address, latency and every
 * part of every request, on all counters, kill times, freezes with their PEST words and the last cycle.
 *
 * ORACLE_CASES asks for more cases, ORACLE_SEED for certain ones; ORACLE_MINUTES goes on with new seeds
 * until so much time is over. A case on which they differ becomes a scenario file.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OUTCOMES } from '../../sim/unit/books/outcome.ts';
import { PARTS } from '../../sim/unit/books/parts.ts';
import type { OracleCase } from './case.ts';
import { smallestQueues } from './draw-config.ts';
import { casesOf, oracleCase } from './draw-items.ts';
import type { Replayed } from './edges.ts';
import { agree, reportFailure } from './failure.ts';
import { plainError } from './plain-error.ts';
import { oracleSettings } from './settings.ts';

const { cases: CASES, seed: SEED, minutes: MINUTES } = oracleSettings(process.env);
const CASES_PER_SEED = 5000;
const CASES_TO_SEE_ALL = 2000;
const SMALL_CASES = Math.ceil(CASES / 8);

/** Checks so many cases; a failure writes the smallest that was found to NAME-SEED.yaml. */
function checkCases(
  name: string,
  cases: fc.Arbitrary<OracleCase>,
  numRuns: number,
  seed: number | undefined,
  look: (replayed: Replayed) => void = () => {},
): void {
  const property = fc.property(cases, (drawn) => look(agree(drawn)));
  const details = fc.check(property, { numRuns, ...(seed === undefined ? {} : { seed }) });
  if (!details.failed) return;
  const at = `ORACLE_SEED=${details.seed}, case ${details.numRuns}`;
  const [smallest] = details.counterexample ?? [];
  if (smallest === undefined) throw new Error(`${at}: no case could be drawn`);
  throw plainError(`${at}: ${reportFailure(name, details.seed, smallest)}`);
}

describe('engine and edge-by-edge oracle', () => {
  it(`agree on everything of ${CASES} random cases`, { timeout: 1_200_000 }, () => {
    const seen = new Set<string>();
    checkCases('oracle', oracleCase, CASES, SEED, ({ settled, freezes, kills }) => {
      if (kills.staleUses > 0) seen.add('stale use');
      for (const { outcome, parts } of settled) {
        for (const name of [outcome, ...Object.keys(parts)]) seen.add(name);
      }
      for (const { cause } of freezes) seen.add(`frozen by ${cause}`);
    });
    // A handful of cases does not meet everything.
    if (CASES < CASES_TO_SEE_ALL) return;
    for (const name of [...OUTCOMES, ...PARTS]) expect(seen).toContain(name);
    expect(seen).toContain('stale use');
    for (const cause of ['page-fault', 'tvt-address', 'software', 'pelt-v']) {
      expect(seen).toContain(`frozen by ${cause}`);
    }
  });

  it(`agree, and never hang, on ${SMALL_CASES} cases with the smallest queues and many kills`, {
    timeout: 1_200_000,
  }, () => {
    checkCases('oracle-small', casesOf(smallestQueues, { killWeight: 60 }), SMALL_CASES, SEED);
  });

  it.runIf(MINUTES > 0)(`agree for ${MINUTES} minutes`, { timeout: (MINUTES + 5) * 60_000 }, () => {
    const end = Date.now() + MINUTES * 60_000;
    let seed = SEED ?? Date.now() % 2 ** 31;
    for (; Date.now() < end; seed += 1) {
      console.log(`ORACLE_SEED=${seed}`);
      checkCases('oracle', oracleCase, CASES_PER_SEED, seed);
    }
  });
});
