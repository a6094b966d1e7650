/** What controls do with the scenario that they show. */
import type { ScenarioWords } from '../../scenario/scenario-words.ts';

export interface Editor {
  /** The scenario as the controls have it. */
  readonly words: ScenarioWords;
  /** Traces that were brought along, by name. */
  readonly traces: readonly string[];
  /** Somebody turned a control. */
  change(edit: (words: ScenarioWords) => ScenarioWords): void;
  /** Somebody brings a trace along. */
  take(file: File): void;
  /** Values that somebody chose and others cut short for the moment, by key. */
  readonly wishes: Map<string, string>;
  /** Draws all controls anew. */
  draw(): void;
}
