/** What there is to choose from, for programs. */
import { PHB_PRESETS } from '../../models/phb/presets.ts';
import { GENERATORS } from '../../traces/generate/generate.ts';

/** Something to choose, by its name. */
export interface Choice {
  /** As it is written in scenarios and plans. */
  readonly name: string;
  /** What it is, in words. */
  readonly title: string;
}

/** A generator of synthetic traffic. */
export interface GeneratorChoice extends Choice {
  /** What `generate.set` may say. */
  readonly parameters: readonly GeneratorOption[];
}

/** A parameter of a generator. */
export interface GeneratorOption extends Choice {
  /** Its value where nobody says another. */
  readonly preset: string;
}

/** The PHBs that {@link createPhb} and scenarios know. */
export function listPhbs(): Choice[] {
  return PHB_PRESETS.map(({ name, title }) => ({ name, title }));
}

/** The generators that a scenario's `generate` and a plan's `traces` know. */
export function listGenerators(): GeneratorChoice[] {
  return GENERATORS.map(({ name, description, parameters }) => ({
    name,
    title: description,
    parameters: parameters.map((each) => ({
      name: each.name,
      title: each.description,
      preset: each.preset,
    })),
  }));
}
