/**
 * The canonical form of a unit's state: where two units have the same form, they do the same from there on. Two
 * units that are sent slightly different DMAs are then sent the same: once their forms are equal they must stay
 * so, and all that is booked from then on must be the same. What a part forgets to write down shows.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DmaItem, OracleCase } from '../oracle/case.ts';
import { oracleCase } from '../oracle/draw-items.ts';
import { SEED_LIMIT, wholeOf } from '../oracle/settings.ts';
import { cellsApart, StateRig } from './state/rig.ts';

const CASES = wholeOf(process.env, 'STATE_CASES', 1, 1e9) ?? 1500;
const SEED = wholeOf(process.env, 'STATE_SEED', -SEED_LIMIT, SEED_LIMIT - 1) ?? 1;
/** How often a case's DMAs are repeated, so that units have time to become alike. */
const TURNS = 3;

/** The DMAs of a case, each RID with the PE that it has first. */
function dmasOf({ items }: OracleCase): DmaItem[] {
  const dmas = items.filter((item) => item.kind === 'dma');
  const peOf = new Map(dmas.toReversed().map(({ rid, pe }) => [rid, pe]));
  return dmas.filter(({ rid, pe }) => peOf.get(rid) === pe);
}

/** What one unit is sent before both are sent the same, and the other one instead. */
interface Apart {
  readonly some: readonly DmaItem[];
  readonly others: readonly DmaItem[];
}

/** How the first DMAs of the two units differ. */
type Change = (dmas: readonly DmaItem[], at: number) => Apart;

const CHANGES: Readonly<Record<string, Change>> = {
  'one begins in the middle': (some, at) => ({ some, others: some.slice(at) }),
  'one lacks a DMA': (some, at) => ({ some, others: some.filter((_, index) => index !== at) }),
  'two DMAs come in another order': (some, at) => ({
    some,
    others: [...some.slice(0, at), ...some.slice(at, at + 2).toReversed(), ...some.slice(at + 2)],
  }),
  'a read is a write, or a write a read': (some, at) => ({
    some,
    others: some.with(at, { ...some[at], isWrite: !some[at].isWrite }),
  }),
  'a DMA goes somewhere else': (some, at) => ({
    some,
    others: some.with(at, { ...some[at], address: some[(at * 7 + 1) % some.length].address }),
  }),
  'a DMA has another length': (some, at) => ({
    some,
    others: some.with(at, { ...some[at], bytes: 1 + (some[at].bytes >> 1) }),
  }),
  'a device is another one': (some, at) => ({
    some,
    others: some.with(at, { ...some[at], rid: some[(at * 5 + 1) % some.length].rid }),
  }),
  'a DMA comes later': (some, at) => ({
    some,
    others: some.with(at, { ...some[at], stepNs: some[at].stepNs + 7 }),
  }),
};

/** Whether the two units became alike; throws where they did not stay so. */
function compare(drawn: OracleCase, change: Change, cut: number, where: number): boolean {
  const once = dmasOf(drawn);
  if (once.length < 2) return false;
  const first = once.slice(0, 1 + (cut % once.length));
  const { some, others } = change(first, where % first.length);
  const common = [once.slice(first.length), ...Array.from({ length: TURNS }, () => once)].flat();
  const rigs = [some, others].map((dmas, which) => {
    const rig = new StateRig(which as 0 | 1, drawn, once);
    for (const dma of dmas) rig.send(dma);
    return rig;
  });
  let isAlike = false;
  for (const dma of common) {
    const isEqual = cellsApart(rigs[0].form(), rigs[1].form()) === 0;
    if (isAlike) expect(isEqual).toBe(true);
    else if (isEqual) {
      isAlike = true;
      for (const rig of rigs) rig.clear();
    }
    for (const rig of rigs) rig.send(dma);
  }
  const [told, toldOthers] = rigs.map((rig) => rig.told());
  if (isAlike) expect(toldOthers).toEqual(told);
  return isAlike;
}

test(
  'units whose forms are equal go on alike',
  () => {
    let alike = 0;
    const nat = fc.nat({ max: 39 });
    fc.assert(
      fc.property(
        oracleCase,
        fc.constantFrom(...Object.keys(CHANGES)),
        nat,
        nat,
        (drawn, change, cut, where) => {
          if (compare(drawn, CHANGES[change], cut, where)) alike += 1;
        },
      ),
      { numRuns: CASES, seed: SEED, endOnFailure: true },
    );
    expect(alike).toBeGreaterThan(CASES / 6);
  },
  60_000 + CASES * 100,
);
