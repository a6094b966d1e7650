/** IO pages for which tables can be asked: those of one PHB, or of all, and which has them. */
import { PHB_PRESETS } from '../../models/phb/presets.ts';
import { configOf, type PhbSpec } from '../../models/phb/spec.ts';

/** An IO page size. */
export interface IoPage {
  /** Log2 of its bytes. */
  readonly pageShift: number;
  /** Generations of the PHBs that have it, `PHB3`; empty if all have. */
  readonly phbs: readonly string[];
}

/** The IO pages of a PHB, or of all that there are, smallest first. */
export function ioPagesOf(phb: PhbSpec | undefined): IoPage[] {
  const specs = phb === undefined ? PHB_PRESETS : [phb];
  const shifts = new Set(specs.flatMap((spec) => configOf(spec).pageShifts));
  return [...shifts]
    .sort((one, other) => one - other)
    .map((pageShift) => {
      const having = specs.filter((spec) => configOf(spec).pageShifts.includes(pageShift));
      const phbs = having.length === specs.length ? [] : having.map(generationOf);
      return { pageShift, phbs: [...new Set(phbs)] };
    });
}

/** `phb4-small` is a PHB4. */
function generationOf({ name }: PhbSpec): string {
  return name.split('-')[0].toUpperCase();
}
