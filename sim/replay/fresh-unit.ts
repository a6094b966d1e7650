/**
 * A TCE unit from a module evaluated for it alone. V8 writes the addresses of a unit's arrays into
 * compiled code as long as the factory's closure exists once in a thread; a second unit from the same
 * module would make both 1.5 times slower (measured, Node 20). So every PHB brings its own.
 */
import { setFlagsFromString } from 'node:v8';
import type { TceUnit } from '../unit/tce-unit.ts';
import type { TceUnitSetup } from '../unit/unit-parts.ts';

// The path of a request is many small methods; V8's budget for inlining ends in the middle of it. With this one
// hits and misses take half of the time (Node 20, in pairs). But what is larger than the first size, `request` above
// all and the walk, is compiled for itself: as one piece with the loop of `replay` it was compiled anew each time that a
// branch was met for the first time. Against one piece of all, CPU of whole runs (Node 20, medians of five): 250,000
// random requests 0.6, 3 million 0.84, 20 million 0.98; hits 0.9 at 250,000, and 1.05 at 53 million.
setFlagsFromString('--max-inlined-bytecode-size=300');
setFlagsFromString('--max-inlined-bytecode-size-cumulative=9200');
setFlagsFromString('--max-inlined-bytecode-size-absolute=40000');

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
