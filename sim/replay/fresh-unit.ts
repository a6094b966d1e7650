/**
 * A TCE unit from a module evaluated for it alone. V8 writes the addresses of a unit's arrays into
 * compiled code as long as the factory's closure exists once in a thread; a second unit from the same
 * module would make both 1.5 times slower (measured, Node 20). So every PHB brings its own.
 */
import type { TceUnit } from '../unit/tce-unit.ts';
import type { TceUnitSetup } from '../unit/unit-parts.ts';

type UnitModule = typeof import('../unit/tce-unit.ts');

const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
let evaluations = 0;
let isShared = false;

/**
 * From now on the units of this thread come from one module. For threads that simulate one machine after the
 * other: a module that was evaluated is never freed, and its code is compiled anew.
 */
export function shareUnitModule(): void {
  isShared = true;
}

/** Builds a unit. Throws InputError as createTceUnit does. */
export async function createFreshUnit(setup: TceUnitSetup): Promise<TceUnit> {
  if (!isShared || evaluations === 0) evaluations += 1;
  const url = new URL(`../unit/tce-unit.${extension}?evaluation=${evaluations}`, import.meta.url);
  const module: UnitModule = await import(url.href);
  return module.createTceUnit(setup);
}
