/** What the form of a unit's state says of its port, of reads that wait and of writes in order. */
import {
  AT_ONCE,
  FAR_WARMED,
  LAST,
  msis,
  NEAR_WARMED,
  PUSHED_OUT,
  pushOut,
  REFUSED,
  REMOTE,
  readBoth,
} from './histories.ts';
import { closed, testParts } from './pair.ts';
import {
  LATER,
  lost,
  lostWrite,
  msi,
  OUTSIDE,
  read,
  readDeep,
  UNMAPPED,
  write,
  writeDeep,
} from './tables.ts';

/** In a closed loop: the RIDs are known, and all is over. */
const waitForWalks = [
  ...[1, 4, 5, 7].map((rid) => msi(1, { rid })),
  ...Array.from({ length: 9 }, () => read(1, LAST, { rid: 6 })),
];
/** The lookup stage waits for a tag. */
const held = [write(1, 16), write(1, 32, LATER), write(1, 48)];
const afterSteps = (...steps: number[]) => steps.map((step) => write(1, 16, { step }));
/** Writes that a long walk in front of them holds up. */
const behindAWalk = [write(1, 0), write(1, 16, { ...LATER, bytes: 16 })];

testParts([
  {
    part: 'when the last write of each PE is handed on',
    over: { tceCache: { negative: false } },
    some: [...REFUSED, write(1, UNMAPPED, LATER), msi(1), msi(2)],
    others: [...REFUSED, write(2, UNMAPPED, LATER), msi(1), msi(2)],
    next: [write(1, 0)],
    cells: 2,
  },
  {
    part: 'when read engines are free',
    over: { dma: { readEngines: 2 } },
    some: [write(1, 0), read(1, 0, { ...LATER, bytes: 256 }), write(1, 0, { step: 20 })],
    others: [write(1, 0), read(1, 0, { ...LATER, bytes: 128 }), write(1, 0, { step: 20 })],
    next: [read(1, 0, { bytes: 128 })],
  },
  {
    part: 'when a read that waits has its address',
    over: { tags: { count: 1 }, tceCache: { entries: 1, ways: 1 } },
    some: [write(1, 0), write(1, 32), read(1, 0, LATER), read(1, 16), write(1, 32)],
    others: [write(1, 16), write(1, 32), read(1, 0, LATER), read(1, 16), write(1, 32)],
    next: [],
  },
  {
    part: 'when a read that waits arrived',
    over: { tags: { count: 1 }, tceCache: { entries: 3, ways: 3 } },
    some: [...held, write(1, 16), read(1, 16), ...afterSteps(5, 5)],
    others: [...held, write(1, 16), read(1, 16, { step: 5 }), ...afterSteps(0, 5)],
    next: [],
  },
  {
    part: 'on whose account a read waits',
    some: [write(1, 0), writeDeep(1, 0), read(1, 0, LATER), write(1, 0), writeDeep(1, 0)],
    others: [write(1, 0), writeDeep(1, 0), readDeep(1, 0, LATER), write(1, 0), writeDeep(1, 0)],
    next: [],
  },
  {
    part: 'what became of a read that waits',
    over: { lineBuffer: { entries: 1 }, tceCache: { entries: 1, ways: 1 } },
    some: [write(1, 0), read(1, 0, LATER), write(1, 1)],
    others: [write(1, 0), write(1, 2), read(1, 0, LATER), write(1, 1)],
    next: [],
  },
  {
    part: 'how many bytes a read waits for',
    some: [write(1, 0), read(1, 0, LATER)],
    others: [write(1, 0), read(1, 0, { ...LATER, bytes: 65 })],
    next: [],
  },
  {
    part: 'how many lines a read waits for',
    over: { dma: { readEngines: 1 } },
    some: [write(1, 0), read(1, 0, LATER)],
    others: [write(1, 0), read(1, 0, { ...LATER, offset: 127 })],
    next: [],
  },
  {
    part: 'which credit a read that waits holds',
    over: { ...REMOTE, credits: { nonPostedHeaders: 3 } },
    some: [...FAR_WARMED, ...readBoth(1, 1), ...pushOut(1, 1)],
    others: [...NEAR_WARMED, ...readBoth(1, 1), ...pushOut(1, 1)],
    next: [read(1, LAST), read(1, LAST)],
    cells: 2,
  },
  {
    part: 'whose request a read that waits is',
    over: { ...REMOTE, rteCache: { entries: 8 } },
    pacing: closed({ each: 'device', outstanding: 1 }),
    some: [...FAR_WARMED, ...waitForWalks, ...readBoth(1, 4), ...pushOut(5, 7)],
    others: [...NEAR_WARMED, ...waitForWalks, ...readBoth(1, 4), ...pushOut(5, 7)],
    next: [read(1, LAST, { rid: 4 })],
    cells: 2,
  },
  {
    part: 'until when the link to the unit is busy',
    over: { link: { gbps: 8 }, rteCache: { entries: 1 } },
    some: [write(1, 0), lost(0x300, LATER), write(1, 0, LATER), write(1, 0, { bytes: 64 })],
    others: [write(1, 0), lost(0x300, LATER), write(1, 0, LATER), write(1, 0, { bytes: 72 })],
    next: [write(1, 0)],
  },
  {
    part: 'which part of a cycle the link to the unit is busy',
    over: { link: { gbps: 16 }, rteCache: { entries: 1 } },
    some: [write(1, 0), lost(0x300, LATER), write(1, 0, LATER), write(1, 0, { bytes: 64 })],
    others: [write(1, 0), lost(0x300, LATER), write(1, 0, LATER), write(1, 0, { bytes: 65 })],
    next: [write(1, 0, { bytes: 2 })],
  },
  {
    part: 'until when the link to the devices is busy',
    over: { link: { gbps: 16 } },
    some: [write(1, 0), read(1, 0, { ...LATER, bytes: 64 }), msi(1, { step: 20 })],
    others: [write(1, 0), read(1, 0, { ...LATER, bytes: 66 }), msi(1, { step: 20 })],
    next: [read(1, 0)],
  },
  {
    part: 'which part of a cycle the link to the devices is busy',
    over: { link: { gbps: 16 } },
    some: [write(1, 0), read(1, 0, { ...LATER, bytes: 64 }), msi(1, { step: 20 })],
    others: [write(1, 0), read(1, 0, { ...LATER, bytes: 65 }), msi(1, { step: 20 })],
    next: [read(1, 0)],
  },
  {
    part: 'how much data writes hold credits for',
    over: { credits: { postedData: 8 } },
    some: [...behindAWalk, write(1, 0, { bytes: 16 })],
    others: [...behindAWalk, write(1, 0, { bytes: 32 })],
    next: [write(1, 0, { bytes: 96 })],
  },
  {
    part: 'when the credits of writes are back',
    over: { credits: { postedHeaders: 4 } },
    ...PUSHED_OUT,
    next: [write(1, 48)],
  },
  {
    part: 'when the credits of reads are back',
    over: { ...REMOTE, credits: { nonPostedHeaders: 2 }, dma: { readNs: 300 } },
    some: [...FAR_WARMED, ...readBoth(1, 1), ...pushOut(1, 1), write(1, LAST, { step: 300 })],
    others: [...NEAR_WARMED, ...readBoth(1, 1), ...pushOut(1, 1), write(1, LAST, { step: 300 })],
    next: [read(1, LAST), read(1, LAST)],
    cells: 2,
  },
  {
    part: 'which PE is frozen',
    over: { fault: { freezesPe: true } },
    some: [msi(1), msi(2), read(1, OUTSIDE, LATER), msi(1), msi(2)],
    others: [msi(1), msi(2), read(2, OUTSIDE, LATER), msi(1), msi(2)],
    next: [write(1, 0)],
    cells: 2,
  },
  {
    part: 'a write that is handed on a cycle after the next request can come',
    over: { ...AT_ONCE, memory: { cachedReadNs: 101 } },
    pacing: { kind: 'interval', ps: 10_000 },
    some: [...REFUSED, ...msis(100), write(1, UNMAPPED), ...msis(9)],
    others: [...REFUSED, ...msis(100), read(1, UNMAPPED), ...msis(9)],
    next: [write(1, 0)],
  },
  {
    part: 'an engine that is free before the next request can come, but not when a read has its address',
    over: { dma: { readEngines: 1, readNs: 60 } },
    pacing: { kind: 'interval', ps: 100_000 },
    some: [write(1, 0), ...msis(5), read(1, 0, { bytes: 256 }), read(1, 0)],
    others: [write(1, 0), ...msis(5), read(1, 0, { bytes: 128 }), read(1, 0)],
    next: [],
    cells: 2,
  },
  {
    part: 'when the engine is free that was taken last',
    over: { link: { gbps: 8 }, dma: { readEngines: 1 } },
    some: [write(1, 0), msi(1, LATER), read(1, 0), msi(1, { step: 30 })],
    others: [
      ...[write(1, 0), msi(1, LATER), read(1, 0, { step: 10, bytes: 55 })],
      msi(1, { step: 20 }),
    ],
    next: [read(1, 0)],
  },
  {
    part: 'which part of the present cycle the link to the unit is busy',
    over: { link: { gbps: 16 }, rteCache: { entries: 1 } },
    pacing: { kind: 'interval', ps: 10_000 },
    some: [write(1, 0), ...msis(50), lost(0x300), write(1, 0, { bytes: 20 })],
    others: [write(1, 0), ...msis(50), lost(0x300), write(1, 0, { bytes: 21 })],
    next: [write(1, 0, { bytes: 2 })],
  },
  {
    part: 'credits that are back a cycle after the next request can come',
    over: { credits: { postedHeaders: 1 }, memory: { readNs: 11 } },
    pacing: { kind: 'interval', ps: 10_000 },
    some: [lostWrite(0x300)],
    others: [lost(0x300)],
    next: [lostWrite(0x300)],
    isLonger: true,
  },
]);
