/** The trace that a scenario names or brings along. */
import { InputError } from '../../models/input-error.ts';
import type { TraceSource } from '../../traces/format.ts';
import { comeOnce, givenTrace } from '../../traces/given-rows.ts';
import { csvTrace, openTrace } from '../../traces/open.ts';
import type { Machine } from '../replay/machine.ts';
import type { RowsChoice, Scenario } from '../scenario/scenario.ts';
import { placed } from './place.ts';

/** A trace, and the name of the file that it stands in. */
export interface PlacedTrace {
  readonly trace: TraceSource;
  readonly place: string;
}

/**
 * Opens the trace of a scenario; `file` is that of the scenario. Throws InputError where there is none, and on what
 * cannot be used.
 */
export async function traceOf(
  { trace, rows, generate }: Scenario,
  file: string,
): Promise<PlacedTrace> {
  if (trace !== undefined) return { trace: await openTrace(trace), place: trace };
  if (rows !== undefined) return { trace: traceOfRows(rows), place: file };
  if (generate !== undefined) {
    const { generator, set } = generate;
    // Logs and files do without, and load faster.
    const { generate: generated } = await import('../../traces/generate/generate.ts');
    return { trace: placed(`${file}: generate`, () => generated(generator, set)), place: file };
  }
  throw new InputError(`${file}: expected trace, rows or generate, got none of them`);
}

/** Some machines want a trace twice. Throws InputError where the scenario's comes once. */
export function refuseToReadTwice(scenario: Scenario, { map, config }: Machine): void {
  const once = nameOfOnce(scenario);
  const isBelady = config.tceCache.replacement === 'belady';
  if (once === undefined || (map !== 'touched' && !isBelady)) return;
  const what = isBelady ? 'tceCache.replacement=belady' : '--map touched';
  throw new InputError(`${what} reads the trace twice, which ${once} cannot be`);
}

function traceOfRows({ content, place }: RowsChoice): TraceSource {
  return typeof content === 'string' ? csvTrace(content, place) : givenTrace(content, place);
}

/** What a trace is that comes once; undefined for others. */
function nameOfOnce({ trace, rows }: Scenario): string | undefined {
  if (trace === '-') return 'standard input';
  const isOnce = rows !== undefined && typeof rows.content !== 'string' && comeOnce(rows.content);
  return isOnce ? 'an iterator' : undefined;
}
