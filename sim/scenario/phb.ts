/** A PHB by the name that a user wrote. */
import { InputError } from '../../models/input-error.ts';
import { PHB_PRESETS, presetOf } from '../../models/phb/presets.ts';
import type { PhbSpec } from '../../models/phb/spec.ts';
import { suggest } from '../../traces/nearest.ts';

/** The preset of a name. Throws InputError with the nearest name. */
export function specOf(name: string): PhbSpec {
  const spec = presetOf(name);
  if (spec) return spec;
  const known = PHB_PRESETS.map((preset) => preset.name);
  throw new InputError(`phb: unknown PHB '${name}'${suggest(name, known)}`);
}
