/** The trace that a scenario names or brings along. */
import { basename } from 'node:path';
import { InputError } from '../../models/input-error.ts';
import type { TraceSource } from '../../traces/format.ts';
import { comeOnce, givenTrace } from '../../traces/given-rows.ts';
import { csvTrace, openTrace } from '../../traces/open.ts';
import type { Machine } from '../replay/machine.ts';
import type { RowsChoice, Scenario } from '../scenario/scenario.ts';
import { placed, withPlace } from './place.ts';
import type { PlacedTrace } from './run.ts';

/**
 * Opens the trace of a scenario; `file` is that of the scenario. Throws InputError where there is none, and on what
 * cannot be used.
 */
export async function traceOf(scenario: Scenario, file: string): Promise<PlacedTrace> {
  const place = scenario.trace ?? file;
  return { trace: await openedTrace(scenario, file), place, file: basename(place) };
}

async function openedTrace(
  { trace, rows, generate, places = {} }: Scenario,
  file: string,
): Promise<TraceSource> {
  if (trace !== undefined) {
    return openTrace(trace).catch((error) => {
      throw withPlace(places.trace ?? trace, error);
    });
  }
  if (rows !== undefined) return traceOfRows(rows);
  if (generate !== undefined) {
    const { generator, set } = generate;
    // Logs and files do without, and load faster.
    const { generate: generated } = await import('../../traces/generate/generate.ts');
    return placed(`${file}: generate`, () => generated(generator, set));
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
