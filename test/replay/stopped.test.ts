/** A stop may come at any moment, also in the middle of a PHB's set-up, whose windows have some of their pages then. */
import { beforeAll, describe, expect, test } from 'vitest';
import { phb4 } from '../../models/phb/phb4.ts';
import { configOf } from '../../models/phb/spec.ts';
import type { Machine, MapMode } from '../../sim/replay/machine.ts';
import { replaySolo } from '../../sim/replay/solo-replay.ts';
import { ArrowTrace } from '../../traces/arrow/reader.ts';
import { openSource } from '../../traces/open-file.ts';
import { workFolder } from '../cli/command.ts';
import { writeTrace } from './slices/case.ts';

const path = workFolder();
const PAGE_BYTES = 65_536;
/** Of one PE; every second page of a window, so that each is a MAP of its own. */
const PAGES = 20;
const DMAS = 3 * PAGES;

function machineOf(map: MapMode): Machine {
  return {
    phb: phb4.name,
    firmware: 'post2021',
    ioda: phb4.ioda,
    config: configOf(phb4),
    host: { kernel: '5.17', basePageShift: 16, ramBytes: 1n << 36n },
    // With all of its pages mapped it takes two MAPs of 32768 pages.
    windows: [{ pageShift: 16, bytes: 2n ** 32n, levels: 1 }],
    map,
    pacing: { kind: 'trace' },
    seed: 'stopped',
  };
}

/** Replays the trace, and stops when it is asked for the n-th time whether it should. */
async function replayTo(n: number, map: MapMode) {
  let looks = 0;
  const isStopped = () => {
    looks += 1;
    return looks >= n;
  };
  const file = path('trace.arrow');
  const trace = new ArrowTrace(openSource(file));
  const outcome = await replaySolo(trace, machineOf(map), { isStopped, onRows: () => {} });
  return { ...outcome, looks };
}

beforeAll(() => {
  const dmas = Array.from({ length: DMAS }, (_, row) => ({
    stepNs: 10,
    isWrite: false,
    rid: 1 + Math.floor(row / PAGES),
    pe: 1 + Math.floor(row / PAGES),
    address: BigInt(2 * (row % PAGES) * PAGE_BYTES),
    bytes: 64,
  }));
  writeTrace(path('trace.arrow'), dmas, 7);
});

describe.each(['touched', 'all'] as const)('a replay with --map %s', (map) => {
  test('has no fault that the whole one does not have, whenever it is stopped', async () => {
    const whole = await replayTo(Number.POSITIVE_INFINITY, map);
    expect(whole.isComplete).toBe(true);
    expect(whole.phbs[0].firstFaults).toEqual([]);
    expect(whole.dmas).toBe(DMAS);
    for (let n = 1; n <= whole.looks; n += 1) {
      const { isComplete, phbs } = await replayTo(n, map);
      expect(isComplete).toBe(false);
      expect(phbs.flatMap(({ firstFaults }) => firstFaults)).toEqual([]);
    }
  });
});
