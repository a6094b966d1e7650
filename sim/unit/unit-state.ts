/**
 * The state of a unit in canonical form: what decides all that it will do with the items that come, as long
 * as no software intervenes. Left out is what only software brings into play: kills and the drain behind
 * them, PELT-V, fences, TVEs; what memory says, that is RTT and tables, for the units that are compared have
 * the same; and foresight and random numbers, whose units are not compared.
 */
import { StateWriter } from './state-writer.ts';
import type { UnitParts } from './unit-parts.ts';

/** A state, and when it was. */
export interface UnitState {
  /** Absolute cycle that the form's times count from. */
  readonly cycle: number;
  readonly form: Int32Array;
}

/** Writes down the state of a unit between two items. */
export function stateOf(parts: UnitParts): UnitState {
  const { arrivals, completions, reads } = parts;
  const present = arrivals.pass(0);
  // A read that waits gets its engines from the time on at which it had its address.
  const state = new StateWriter(present, Math.min(present, reads.firstTime()));
  arrivals.writeState(state);
  reads.writeState(state, (requester) => arrivals.nameOf(requester));
  const others = [
    parts.port,
    parts.rteStage,
    parts.lookupStage,
    parts.rteCache,
    parts.tceCache,
    parts.lineBuffer,
    parts.fetches,
    parts.tags,
    parts.barrier,
    parts.walkCache,
    parts.timing,
    parts.postedWrites,
    parts.freezer,
  ];
  for (const part of others) part.writeState(state);
  return { cycle: completions.origin + present, form: state.form() };
}
