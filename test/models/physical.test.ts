import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  allocateMemory,
  bigEndian,
  MemoryExhausted,
  PHYSICAL_MEMORY_BYTES_MAX,
  PhysicalMemory,
} from '../../models/memory/physical.ts';

const FRAME = 65_536;
const TOP = (1n << 64n) - 8n;

function memoryOf(frames: number): PhysicalMemory {
  return new PhysicalMemory(allocateMemory(frames * FRAME));
}

describe('a word of memory', () => {
  test('is zero until somebody writes it, and looking touches nothing', () => {
    const memory = memoryOf(4);
    expect(memory.read(0n)).toBe(0n);
    expect(memory.read(TOP)).toBe(0n);
    expect(memory.touchedBytes).toBe(0);
  });

  test('is found again at both ends of the address space and around the 32-bit borders', () => {
    const memory = memoryOf(8);
    const places = [0n, 0xffff_fff8n, 0x1_0000_0000n, 1n << 59n, 1n << 63n, TOP];
    places.forEach((at, i) => {
      memory.write(at, 0xf000_0000_8000_0000n | BigInt(i));
    });
    expect(places.map((at) => memory.read(at))).toEqual(
      places.map((_at, i) => 0xf000_0000_8000_0000n | BigInt(i)),
    );
    expect(memory.touchedBytes).toBe(places.length * FRAME);
  });

  test('is the same under all eight addresses of its bytes', () => {
    const memory = memoryOf(1);
    memory.write(0x1003n, 0x1234n);
    for (let at = 0x1000n; at < 0x1008n; at += 1n) expect(memory.read(at)).toBe(0x1234n);
    expect(memory.read(0xff8n)).toBe(0n);
    expect(memory.read(0x1008n)).toBe(0n);
  });

  test('stands in its cells most significant byte first, as the hardware reads it', () => {
    const memory = memoryOf(1);
    memory.write(0x40n, 0x0123_4567_89ab_cdefn);
    const at = memory.find(0, 0x40);
    const bytes = new Uint8Array(memory.cells.buffer, at * 4, 8);
    expect([...bytes]).toEqual([0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef]);
    expect(memory.claim(0, 0x40)).toBe(at);
  });

  test('is found by signed halves as by unsigned ones', () => {
    const memory = memoryOf(2);
    memory.write(0xffff_ffff_8000_0000n, 7n);
    expect(memory.find(-1, -0x8000_0000)).toBe(memory.find(0xffff_ffff, 0x8000_0000));
    expect(bigEndian(memory.cells[memory.find(-1, -0x8000_0000) + 1])).toBe(7);
  });
});

describe('memory against a map of words', () => {
  // Few frames, far apart and side by side, so that words meet in frames and frames in the directory.
  const frame = fc.constantFrom(
    0n,
    1n,
    2n,
    0xffffn,
    0x1_0000n,
    0x1_0001n,
    1n << 43n,
    (1n << 44n) - 1n,
    1n << 47n,
    (1n << 48n) - 2n,
    (1n << 48n) - 1n,
  );
  const anywhere = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }).map((at) => at & ~7n);
  const nearby = fc
    .tuple(frame, fc.bigInt({ min: 0n, max: 8191n }))
    .map(([number, word]) => (number << 16n) | (word * 8n));
  const address = fc.oneof({ weight: 4, arbitrary: nearby }, { weight: 1, arbitrary: anywhere });
  const word = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('write' as const), address, word }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('clear' as const),
        address,
        words: fc.integer({ min: 0, max: 3 * 8192 }),
      }),
    },
  );

  test('holds the same words after any writes and clears, and no more frames than were written', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80, size: 'max' }), (steps) => {
        const memory = memoryOf(80);
        const wanted = new Map<bigint, bigint>();
        const frames = new Set<bigint>();
        for (const taken of steps) {
          if (taken.kind === 'write') {
            memory.write(taken.address, taken.word);
            wanted.set(taken.address, taken.word);
            frames.add(taken.address >> 16n);
          } else {
            const room = (1n << 64n) - taken.address;
            const asked = BigInt(taken.words * 8);
            const bytes = asked < room ? asked : room;
            memory.clear(taken.address, Number(bytes));
            for (const at of wanted.keys()) {
              if (at >= taken.address && at < taken.address + bytes) wanted.set(at, 0n);
            }
          }
        }
        for (const [at, value] of wanted) expect(memory.read(at)).toBe(value);
        expect(memory.touchedBytes).toBe(frames.size * FRAME);
      }),
    );
  });
});

test('a memory full to its last frame finds them all, however their numbers collide', () => {
  // Numbers alike in their low or high half, as many as a small directory may hold.
  const number = fc
    .tuple(fc.bigInt({ min: 0n, max: 3n }), fc.bigInt({ min: 0n, max: 15n }))
    .map(([low, high]) => (high << 32n) | low);
  const numbers = fc.uniqueArray(number, { minLength: 1, maxLength: 7 });
  fc.assert(
    fc.property(numbers, (frames) => {
      const memory = memoryOf(frames.length);
      for (const frame of frames) memory.write(frame << 16n, frame + 1n);
      for (const frame of frames) expect(memory.read(frame << 16n)).toBe(frame + 1n);
      expect(memory.touchedBytes).toBe(frames.length * FRAME);
    }),
  );
});

describe('clearing', () => {
  test('stops at both ends of the range', () => {
    const memory = memoryOf(1);
    for (let at = 0n; at < 6n; at += 1n) memory.write(at * 8n, at + 1n);
    memory.clear(16n, 16);
    expect([0n, 8n, 16n, 24n, 32n, 40n].map((at) => memory.read(at))).toEqual([
      1n,
      2n,
      0n,
      0n,
      5n,
      6n,
    ]);
  });

  test('goes over frame borders and leaves unwritten frames unborn', () => {
    const memory = memoryOf(4);
    const base = 0x5_0000_0000n;
    const frame = BigInt(FRAME);
    for (const at of [frame - 16n, frame - 8n, 2n * frame, 2n * frame + 8n]) {
      memory.write(base + at, 9n);
    }
    memory.clear(base + frame - 8n, FRAME + 16);
    expect(memory.read(base + frame - 16n)).toBe(9n);
    expect(memory.read(base + frame - 8n)).toBe(0n);
    expect(memory.read(base + 2n * frame)).toBe(0n);
    expect(memory.read(base + 2n * frame + 8n)).toBe(9n);
    expect(memory.touchedBytes).toBe(2 * FRAME);
  });
});

describe('shared buffers', () => {
  test('show what one attachment writes to the other, frames born later included', () => {
    const shared = allocateMemory(4 * FRAME);
    const here = new PhysicalMemory(shared);
    here.write(0x1000n, 1n);
    const there = new PhysicalMemory(shared);
    there.write(1n << 40n, 2n);
    here.write(TOP, 3n);
    there.write(0x1000n, 4n);
    for (const memory of [here, there]) {
      expect([0x1000n, 1n << 40n, TOP].map((at) => memory.read(at))).toEqual([4n, 2n, 3n]);
      expect(memory.touchedBytes).toBe(3 * FRAME);
    }
  });
});

describe('exhausted memory', () => {
  test('takes every frame of its capacity, refuses the next, and keeps what it has', () => {
    const memory = memoryOf(3);
    for (let i = 1n; i <= 3n; i += 1n) memory.write(i << 32n, i);
    expect(() => memory.write(4n << 32n, 4n)).toThrow(MemoryExhausted);
    expect(() => memory.claim(4, 0)).toThrow(`take more than ${3 * FRAME} bytes`);
    expect(memory.touchedBytes).toBe(3 * FRAME);
    expect(memory.read(4n << 32n)).toBe(0n);
    memory.write((3n << 32n) | 0xfff8n, 30n);
    for (let i = 1n; i <= 3n; i += 1n) expect(memory.read(i << 32n)).toBe(i);
    expect(memory.read((3n << 32n) | 0xfff8n)).toBe(30n);
  });

  test('of a part of a frame has the whole frame', () => {
    const memory = new PhysicalMemory(allocateMemory(1));
    memory.write(0xfff8n, 1n);
    expect(() => memory.write(0x1_0000n, 1n)).toThrow(MemoryExhausted);
  });

  test('is told at once for more than 8 GiB', () => {
    expect(PHYSICAL_MEMORY_BYTES_MAX).toBe(8_589_934_592);
    expect(() => allocateMemory(PHYSICAL_MEMORY_BYTES_MAX + 1)).toThrow(
      'simulated memory: at most 8589934592 bytes, got 8589934593',
    );
  });
});

test('turning a half’s bytes around twice gives the half, sign and all', () => {
  fc.assert(
    fc.property(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), (half) => {
      expect(bigEndian(bigEndian(half))).toBe(half);
    }),
  );
});
