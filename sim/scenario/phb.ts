/** A PHB, its level of firmware and its parameters, as a user wrote them. */
import { InputError } from '../../models/input-error.ts';
import {
  DEFAULT_FIRMWARE,
  FIRMWARE_LEVELS,
  type FirmwareLevel,
  underFirmware,
} from '../../models/phb/firmware.ts';
import { DEFAULT_PHB, PHB_PRESETS, presetOf } from '../../models/phb/presets.ts';
import { configOf, type PhbSpec } from '../../models/phb/spec.ts';
import { checkUnitConfig } from '../../models/phb/unit-config.ts';
import { suggest } from '../../traces/nearest.ts';
import { applyToPhb, type Setting } from './settings.ts';

/** What decides about a PHB. */
export interface PhbChoice {
  readonly phb?: string;
  readonly firmware?: string;
  readonly settings: readonly Setting[];
}

/** The PHB with all its parameters. Throws InputError with the key. */
export function phbOf({ phb = DEFAULT_PHB, firmware, settings }: PhbChoice): PhbSpec {
  const spec = applyToPhb(underFirmware(specOf(phb), firmwareOf(firmware)), settings);
  const config = configOf(spec);
  checkUnitConfig(config);
  if (spec.ioda === 'ioda2' && config.pe.tveSelect === 'gte4gb') {
    throw new InputError(`pe.tveSelect: gte4gb is a mode of PHB4 and PHB5, not of ${spec.name}`);
  }
  return spec;
}

/** The preset of a name, in any case. Throws InputError that names `where` and all PHBs. */
export function specOf(name: string, where = 'phb'): PhbSpec {
  const spec = presetOf(name.toLowerCase());
  if (spec) return spec;
  const known = PHB_PRESETS.map((preset) => preset.name).join(', ');
  throw new InputError(`${where}: unknown PHB '${name}'; known: ${known}`);
}

/** The level of firmware of a name, or the one of a scenario that names none. Throws InputError with the nearest. */
export function firmwareOf(name = DEFAULT_FIRMWARE): FirmwareLevel {
  const level = FIRMWARE_LEVELS.find((known) => known.name === name);
  if (level) return level;
  const known = FIRMWARE_LEVELS.map((each) => each.name);
  throw new InputError(`firmware: unknown level '${name}'${suggest(name, known)}`);
}
