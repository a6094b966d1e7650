/**
 * Levels of firmware. Two fixes of skiboot in 2021 change what the TCE unit of a PHB4 or PHB5 does: the
 * line buffer is switched off (HW557787, commit 15b93a301, first in v6.8) and a page kill becomes a kill
 * of its PE (HW560152, commit 2b0b6a1a0, first in v7.0). PHB3 has neither line buffer nor erratum. Left
 * out: versions between the two fixes, which `--set` can put together.
 */
import { assumed, documented, type Parameter } from '../origin.ts';
import { type KeyedParameter, type PhbSpec, withParameters } from './spec.ts';

/** A level of firmware, as parameters that it sets on top of a PHB's own. */
export interface FirmwareLevel {
  /** The name on the command line. */
  readonly name: string;
  /** What it is, in words. */
  readonly title: string;
  /** What it means for the TCE unit of a PHB4 or PHB5. */
  readonly effect: string;
  /** By dotted key; on PHB4 and PHB5 only. */
  readonly parameters: readonly KeyedParameter[];
}

export const FIRMWARE_LEVELS: readonly FirmwareLevel[] = [
  {
    name: 'post2021',
    title: 'skiboot v7.0 and later',
    effect: 'no line buffer, page kills become PE kills',
    parameters: [],
  },
  {
    name: 'pre2021',
    title: 'skiboot before v6.8',
    effect: 'line buffer on, page kills stay page kills',
    parameters: [
      keyed(
        'lineBuffer.entries',
        assumed(16, 'pre2021: on in skiboot before 15b93a301; no source tells the depth'),
      ),
      keyed(
        'kill.escalatePageKill',
        documented(false, 'pre2021: skiboot before 2b0b6a1a0 writes page kills'),
      ),
    ],
  },
];

/** The level that the presets describe. */
export const DEFAULT_FIRMWARE = 'post2021';

/** A PHB under a level of firmware. */
export function underFirmware(spec: PhbSpec, level: FirmwareLevel): PhbSpec {
  if (spec.ioda === 'ioda2') return spec;
  return withParameters(spec, new Map(level.parameters.map(({ key, ...rest }) => [key, rest])));
}

function keyed(key: string, parameter: Parameter<unknown>): KeyedParameter {
  return { key, ...parameter };
}
