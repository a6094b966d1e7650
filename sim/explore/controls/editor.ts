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
  /** Draws all controls anew. */
  draw(): void;
}
