/** What the form of a unit's state says of the requests that are still to come. */
import { msis } from './histories.ts';
import { closed, testParts } from './pair.ts';
import { lost, msi, write, writeDeep } from './tables.ts';

/** Misses that take 500000 cycles one after the other, which is more than 2^28. */
const halfASecond = Array.from({ length: 560 }, (_, turn) => write(1, (turn % 3) * 16));
/** A page of each of two PEs is cached, and all is over. */
const inTwoPes = [write(1, 16), write(2, 16), ...msis(200)];
/** Two devices have walks of two and of three levels under way; a third brings the time forward. */
const [first, third, fourth] = [10, 12, 13].map((rid) => msi(1, { rid }));
const second = msi(2, { rid: 11 });
const twoAtWork = [
  ...[first, second, third, fourth],
  ...[writeDeep(1, 0, { rid: 10 }), writeDeep(2, 0, { rid: 11 }), third, third],
];
/** A page is forgotten, and walked to again. */
const walkAgain = [0, 16, 32, 0].map((page) => write(1, page, { rid: 10 }));

testParts([
  {
    part: 'by how much a unit is behind the trace’s own time, where nothing is remembered so long',
    over: { tags: { count: 1 }, memory: { cachedLines: 0, readNs: 500_000 } },
    some: [...halfASecond, msi(1)],
    others: [...halfASecond, msi(1, { step: 1000 })],
    next: [msi(1, { step: 500_000 })],
  },
  {
    part: 'which part of a cycle an interval leaves',
    pacing: { kind: 'interval', ps: 10_250 },
    some: msis(41),
    others: msis(42),
    next: msis(4),
  },
  {
    part: 'which part of a cycle is left between two requests of a closed loop',
    pacing: closed({ everyPs: 10_250 }),
    some: msis(42),
    others: msis(43),
    next: msis(3),
  },
  {
    part: 'when a device may issue again',
    over: { rteCache: { entries: 1 }, tceCache: { responseCycles: 1600 } },
    pacing: closed({ outstanding: 1, everyPs: 3_000_000, each: 'device' }),
    some: [...twoAtWork, fourth, first, second],
    others: [...twoAtWork, first, fourth, second],
    next: [fourth],
  },
  {
    part: 'when outstanding requests complete',
    over: { tceCache: { entries: 4, ways: 4 } },
    pacing: closed({ outstanding: 3, everyPs: 20_000 }),
    some: [...inTwoPes, write(1, 0), write(1, 16), write(2, 16), write(1, 16)],
    others: [...inTwoPes, write(1, 0), write(2, 16), write(2, 16), write(1, 16)],
    next: msis(3),
  },
  {
    part: 'which device’s request is outstanding',
    over: { rteCache: { entries: 1 } },
    pacing: closed({ outstanding: 1, each: 'device' }),
    some: [write(1, 0, { rid: 4 }), lost(0x300), lost(0x300)],
    others: [write(1, 0, { rid: 5 }), lost(0x300), lost(0x300)],
    next: [msi(1, { rid: 4 })],
  },
  {
    part: 'which device’s request will soon be complete',
    over: {
      rteCache: { entries: 1 },
      tceCache: { lookupCycles: 2 },
      memory: { readNs: 5, cachedReadNs: 5 },
    },
    pacing: closed({ outstanding: 1, each: 'device' }),
    some: [write(1, 0, { rid: 4 }), lost(0x300)],
    others: [write(1, 0, { rid: 5 }), lost(0x300)],
    next: [msi(1, { rid: 4 })],
  },
  {
    part: 'which part of the present cycle a device may not issue yet',
    over: { memory: { cachedReadNs: 10 } },
    pacing: closed({ outstanding: 1, everyPs: 10_250, each: 'device' }),
    some: [fourth, ...walkAgain, fourth, fourth, first],
    others: [fourth, ...walkAgain, fourth, first],
    next: [fourth],
    isLonger: true,
  },
]);
