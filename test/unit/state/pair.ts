/** Two units that come to the same place by different ways, and go on together. */
import { expect, test } from 'vitest';
import type { Pacing } from '../../../sim/unit/port/arrivals.ts';
import type { DmaItem } from '../../oracle/case.ts';
import type { ConfigOver } from '../../oracle/draw-config.ts';
import { cellsApart, StateRig } from './rig.ts';
import { plainCase } from './tables.ts';

export interface Pair {
  /** What of the state is different, or looks so. */
  readonly part: string;
  readonly over?: ConfigOver;
  readonly pacing?: Pacing;
  /** What the one unit was sent, and the other. */
  readonly some: readonly DmaItem[];
  readonly others: readonly DmaItem[];
  /** What both are sent then. */
  readonly next: readonly DmaItem[];
  /** In how many cells the forms differ; 1 if nothing is said. */
  readonly cells?: number;
  /** Whether the one form is longer, so that its cells cannot be counted. */
  readonly isLonger?: boolean;
}

/** The forms of both units where their ways meet, and what they told from there on. */
function follow({ over = {}, pacing = { kind: 'trace' }, some, others, next }: Pair) {
  const drawn = plainCase(over, pacing);
  const rigs = [some, others].map((dmas, which) => {
    const rig = new StateRig(which as 0 | 1, drawn, [...some, ...others, ...next]);
    for (const each of dmas) rig.send(each);
    rig.clear();
    return rig;
  });
  const forms = rigs.map((rig) => rig.form().slice());
  for (const rig of rigs) for (const each of next) rig.send(each);
  return { apart: cellsApart(forms[0], forms[1]), told: rigs.map((rig) => rig.told()) };
}

/** The one part in which the forms differ decides what comes: left out, equal forms would go on differently. */
export function testParts(pairs: readonly Pair[]): void {
  test.each(pairs)('the form of a state tells $part', ({
    cells = 1,
    isLonger = false,
    ...pair
  }) => {
    const { apart, told } = follow(pair);
    expect(told[0]).not.toEqual(told[1]);
    if (isLonger) expect(apart).toBeGreaterThan(0);
    else expect(apart).toBe(cells);
  });
}

/** Units that differ in nothing that matters have equal forms. */
export function testAlike(pairs: readonly Pair[]): void {
  test.each(pairs)('the form of a state does not tell $part', (pair) => {
    const { apart, told } = follow(pair);
    expect(apart).toBe(0);
    expect(told[0]).toEqual(told[1]);
  });
}

/** A closed loop of four requests of the PHB, with some of it replaced. */
export const closed = (over: Partial<Extract<Pacing, { kind: 'closed' }>>): Pacing => ({
  kind: 'closed',
  outstanding: 4,
  everyPs: 0,
  each: 'phb',
  ...over,
});
