/** A scenario as a program's object. */
import type { GivenRows } from '../../traces/given-rows.ts';
import type { ScenarioWords } from '../scenario/scenario-words.ts';

/**
 * The keys of a scenario file (docs/scenario.schema.json), and `rows` as objects, too. Paths are relative to the
 * process's directory.
 */
export interface ScenarioObject extends Omit<ScenarioWords, 'rows'> {
  /** Instead of `trace`: the rows themselves, as a list or from a generator or a stream; or the text of a CSV table. */
  readonly rows?: string | GivenRows | undefined;
}
