/** The PHBs that can be named on the command line. */
import { phb3 } from './phb3.ts';
import { phb4, phb4Small } from './phb4.ts';
import { phb5 } from './phb5.ts';
import type { PhbSpec } from './spec.ts';

export const PHB_PRESETS: readonly PhbSpec[] = [phb3, phb4, phb4Small, phb5];

/** The PHB of those who name none. */
export const DEFAULT_PHB = phb4.name;

/** The preset of a name, or undefined. */
export function presetOf(name: string): PhbSpec | undefined {
  return PHB_PRESETS.find((spec) => spec.name === name);
}
