/** The request log of a run, if it is that run's. */
import { InputError } from '../../../models/input-error.ts';
import { ColumnReader } from '../../../traces/arrow/column-reader.ts';
import { REQUEST_LOG_KEY } from '../../../traces/format.ts';
import type { Result } from '../../results/result-schema.ts';
import { LogDigest } from './log-digest.ts';
import type { LogPage } from './page-data.ts';
import { cycleNsOf, usedParts } from './run-figures.ts';

/** Version of the columns that are known here. */
const LOG_VERSION = '2';

/**
 * Reads a log. Throws InputError where it is no request log, or another run's: its scenario tells, and that a run
 * was stopped early.
 */
export function readLog(path: string, result: Result): LogPage {
  const reader = new ColumnReader(path);
  try {
    refuseOthers(path, reader.facts, result);
    const digest = new LogDigest({
      cycleNs: cycleNsOf(result),
      simulatedNs: result.simulatedNs,
      requests: result.requests,
      share: Number(reader.facts.get('tcesim.share')),
      kills: JSON.parse(reader.facts.get('tcesim.kills') ?? '[]'),
      parts: usedParts(result),
    });
    for (const batch of reader.batches()) digest.add(batch);
    const { page } = digest;
    if (page.share === 1 && page.rows !== result.requests) throw anotherRun(path);
    return page;
  } finally {
    reader.close();
  }
}

function refuseOthers(path: string, facts: ReadonlyMap<string, string>, result: Result): void {
  const version = facts.get(REQUEST_LOG_KEY);
  if (version === undefined) {
    throw new InputError(`${path}: expected a request log, as run --requests writes it`);
  }
  if (version !== LOG_VERSION) {
    throw new InputError(`${path}: ${REQUEST_LOG_KEY}: expected ${LOG_VERSION}, got ${version}`);
  }
  const isSame =
    facts.get('tcesim.version') === result.version &&
    facts.get('tcesim.scenario') === JSON.stringify(result.scenario) &&
    facts.get('tcesim.complete') === String(result.isComplete);
  if (!isSame) throw anotherRun(path);
}

function anotherRun(path: string): InputError {
  return new InputError(`${path}: the request log of another run`);
}
