/** A PHB and its level of firmware by the names that a user wrote. */

import { InputError } from '../../models/input-error.ts';
import { FIRMWARE_LEVELS, type FirmwareLevel } from '../../models/phb/firmware.ts';
import { PHB_PRESETS, presetOf } from '../../models/phb/presets.ts';
import type { PhbSpec } from '../../models/phb/spec.ts';
import { suggest } from '../../traces/nearest.ts';

/** The preset of a name, in any case. Throws InputError that names `where` and all PHBs. */
export function specOf(name: string, where = 'phb'): PhbSpec {
  const spec = presetOf(name.toLowerCase());
  if (spec) return spec;
  const known = PHB_PRESETS.map((preset) => preset.name).join(', ');
  throw new InputError(`${where}: unknown PHB '${name}'; known: ${known}`);
}

/** The level of firmware of a name. Throws InputError with the nearest name. */
export function firmwareOf(name: string): FirmwareLevel {
  const level = FIRMWARE_LEVELS.find((known) => known.name === name);
  if (level) return level;
  const known = FIRMWARE_LEVELS.map((each) => each.name);
  throw new InputError(`firmware: unknown level '${name}'${suggest(name, known)}`);
}
