/** A script's run, line by line beside what a real kernel answered and left in memory. */

import type { TableRow } from '../tables/table-row.ts';
import type { Difference, ResultCheck } from './check.ts';
import { type DoneLine, runScript, type Script } from './run-script.ts';
import type { Session } from './session.ts';
import { ourRows, type TableCheck } from './table-check.ts';

/** What is wanted of a run besides its lines. */
export interface RunWishes {
  /** Compares results that the script carries. */
  readonly results: ResultCheck | undefined;
  /** Compares tables. */
  readonly tables: TableCheck | undefined;
  /** Takes the tables at each DUMP. */
  readonly dump: ((row: TableRow) => void) | undefined;
}

/** A line that is done, and where it is not as it was recorded. */
export interface CheckedLine extends DoneLine {
  readonly differences: readonly Difference[];
}

/** Performs and compares the lines in turn. Throws InputError as `runScript` does. */
export function* runChecked(
  script: Script,
  session: Session,
  wishes: RunWishes,
): Generator<CheckedLine, void, void> {
  let dumps = 0;
  for (const line of runScript(script, session)) {
    const { done } = line;
    const differences: Difference[] = [];
    if (done !== undefined) {
      differences.push(...(wishes.results?.take(done.call, done.outcome) ?? []));
    }
    if (done?.call.name === 'DUMP') {
      dumps += 1;
      differences.push(...takeDump(session, dumps, line, done.call.where, wishes));
    }
    yield { ...line, differences };
  }
}

function takeDump(
  session: Session,
  seq: number,
  { text }: DoneLine,
  where: string,
  { tables, dump }: RunWishes,
): Difference[] {
  if (tables === undefined && dump === undefined) return [];
  const recorded = tables?.recordedAt(seq, text) ?? [];
  const rows = ourRows(session, seq, text, recorded);
  for (const row of rows) dump?.(row);
  return tables?.take(recorded, rows, where) ?? [];
}
