/** What the form of a unit's state leaves out: slots' names, and what is over. */
import type { ConfigOver } from '../../oracle/draw-config.ts';
import { msis } from './histories.ts';
import { closed, testAlike } from './pair.ts';
import { LATER, msi, OUTSIDE, read, UNMAPPED, write } from './tables.ts';

/** A device waits for a long walk while another goes on. */
const slow = write(1, 0);
const fast = Array.from({ length: 20 }, () => msi(1, { rid: 7 }));

/** A port, a unit and devices with a limit to everything. */
const LIMITED: ConfigOver = {
  link: { gbps: 16 },
  credits: { postedHeaders: 4, postedData: 40, nonPostedHeaders: 4 },
  tceCache: { hitUnderMiss: 'other-pes' },
  lineBuffer: { entries: 1 },
  tags: { count: 4, merge: 'line' },
  memory: { cachedLines: 0 },
  dma: { readEngines: 2 },
};
const tail = [msi(2, LATER), write(1, 0, LATER), write(1, 16, LATER), msi(1, LATER), msi(2)];

const lateReads = [read(1, 0), read(1, 0, { step: 15 })];
const fifth = [msi(1, { rid: 5 })];
const lastRead = [msi(1), read(1, 0, { rid: 5 })];
/** Lines of two windows, and two of one. */
const threeLines = [write(1, 32), write(2, 32), write(1, 0)];

testAlike([
  {
    part: 'what was busy, waited for and fetched long ago',
    over: LIMITED,
    some: [
      ...[write(1, 32, { bytes: 65 }), read(1, 48), read(1, 32, { bytes: 65 })],
      ...[write(2, 0, { bytes: 67 }), write(1, 33), ...tail],
    ],
    others: tail,
    next: [write(1, 32), read(1, 0), write(2, 0), read(1, 0), write(1, 0), write(1, 1)],
  },
  {
    part: 'since when a PE is frozen',
    over: { fault: { freezesPe: true } },
    some: [read(2, OUTSIDE), msi(1, LATER), ...tail],
    others: [msi(1), read(2, OUTSIDE, LATER), ...tail],
    next: [write(2, 0), write(1, 0)],
  },
  ...[1, 2, 3].map((fetches) => ({
    part: `which tags fetch the lines that are on their way, after ${fetches} other fetches`,
    over: { ...LIMITED, lineBuffer: { entries: 0 } },
    some: [...[16, 48, 16].slice(0, fetches).map((page) => write(1, page)), ...tail, ...threeLines],
    others: [...tail, ...threeLines],
    next: [write(1, 33), write(2, 33), write(1, 1)],
  })),
  {
    part: 'which engines and credits reads have',
    over: LIMITED,
    some: [msi(2), write(1, 0), read(1, 0), ...tail, ...lateReads],
    others: [...tail, ...lateReads],
    next: [read(1, 0), read(1, 0)],
  },
  {
    part: 'what stood in a place of the TCE cache that is empty',
    over: { memory: { cachedLines: 0 }, tceCache: { negative: false } },
    some: [read(1, UNMAPPED), msi(1, LATER)],
    others: [read(1, UNMAPPED + 1), msi(1, LATER)],
    next: [read(1, 0), read(1, UNMAPPED)],
  },
  {
    part: 'which device came first, and which has long been idle',
    over: { rteCache: { entries: 2 } },
    pacing: closed({ outstanding: 1, everyPs: 10_250, each: 'device' }),
    some: [msi(1, { rid: 7 }), ...msis(100), ...fifth, ...msis(100), ...fifth, ...lastRead],
    others: [...fifth, ...msis(100), ...fifth, ...lastRead],
    next: [msi(1, { rid: 5 }), msi(1)],
  },
  {
    part: 'at which part of a cycle a device could have issued long ago',
    over: { memory: { readNs: 2000 }, rteCache: { entries: 2 } },
    pacing: closed({ outstanding: 4, everyPs: 10_250, each: 'device' }),
    some: [...msis(201), msi(1, { rid: 7 }), ...msis(401), slow, ...fast],
    others: [...msis(201), msi(1, { rid: 7 }), ...msis(402), slow, ...fast],
    next: [msi(1), msi(1), msi(1, { rid: 7 })],
  },
]);
