/** Where the generated requests go: distributions against their formulas, orders against their definition. */
import { describe, expect, test } from 'vitest';
import {
  exponential,
  exponentialSlope,
  logarithm,
  logarithmSlope,
} from '../../traces/generate/exact-functions.ts';
import { generate } from '../../traces/generate/generate.ts';
import { Permutation } from '../../traces/generate/permutation.ts';
import { ZipfRanks } from '../../traces/generate/zipf-ranks.ts';
import { randomOf } from '../../traces/random.ts';
import { type Row, rowsOf } from './rows.ts';

async function rows(name: string, parameters: Record<string, string>): Promise<Row[]> {
  return rowsOf(generate(name, parameters));
}

/** How often each key occurs. */
function countsOf<Key>(keys: Iterable<Key>): Map<Key, number> {
  const counts = new Map<Key, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

/** Six standard deviations of chi squared above its mean. */
const chiSquaredMost = (freedom: number) => freedom + 6 * Math.sqrt(2 * freedom);

function zipfShares(ranks: number, theta: number): number[] {
  const weights = Array.from({ length: ranks }, (_, at) => (at + 1) ** -theta);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

describe('exact functions', () => {
  const random = randomOf('functions');
  const samples = Array.from({ length: 20_000 }, () => random());

  test('agree with those of the engine to 1 part in 10^14', () => {
    for (const sample of samples) {
      const large = 2 ** (sample * 52) * (1 + sample);
      expect(Math.abs(logarithm(large) - Math.log(large))).toBeLessThan(
        1e-14 * (1 + Math.log(large)),
      );
      const power = sample * 80 - 40;
      expect(Math.abs(exponential(power) / Math.exp(power) - 1)).toBeLessThan(1e-14);
    }
    expect([logarithm(1), exponential(0)]).toEqual([0, 1]);
    expect(logarithm(2)).toBeCloseTo(Math.LN2, 15);
  });

  test('have slopes that go through 1 at 0 without a step', () => {
    for (const sample of samples) {
      const x = (sample - 0.5) * 4e-5;
      const offset = Math.abs(x) < 1e-12 ? 0 : Math.expm1(x) / x - exponentialSlope(x);
      expect(Math.abs(offset)).toBeLessThan(1e-10);
      expect(Math.abs(logarithmSlope(x) - (x === 0 ? 1 : Math.log1p(x) / x))).toBeLessThan(1e-10);
    }
    expect([exponentialSlope(0), logarithmSlope(0)]).toEqual([1, 1]);
  });
});

describe('a permutation', () => {
  test.each([
    1, 2, 3, 5, 64, 1000, 4097, 65_536, 100_003,
  ])('of %i numbers has each once', (size) => {
    const permutation = new Permutation(size, randomOf('p'));
    const seen = new Uint8Array(size);
    for (let index = 0; index < size; index += 1) seen[permutation.at(index)] += 1;
    expect(seen.every((times) => times === 1)).toBe(true);
  });

  test('of 2^41 numbers stays among them, and neighbours do not stay neighbours', () => {
    const permutation = new Permutation(2 ** 41, randomOf('p'));
    let near = 0;
    for (let index = 0; index < 10_000; index += 1) {
      const place = permutation.at(index);
      expect(place >= 0 && place < 2 ** 41 && Number.isInteger(place)).toBe(true);
      if (Math.abs(permutation.at(index + 1) - place) < 2 ** 31) near += 1;
    }
    // Chance brings two that near in 2 of 1024 cases.
    expect(near).toBeLessThan(10_000 / 512 + 6 * Math.sqrt(20));
  });

  test('sends every place everywhere: first places of 64,000 keys are even over 64 numbers', () => {
    const random = randomOf('keys');
    const places = Array.from({ length: 64_000 }, () => new Permutation(64, random).at(0));
    let chiSquared = 0;
    for (const count of countsOf(places).values()) chiSquared += (count - 1000) ** 2 / 1000;
    expect(countsOf(places).size).toBe(64);
    expect(chiSquared).toBeLessThan(chiSquaredMost(63));
  });
});

describe('zipf', () => {
  test.each([
    [0, 50],
    [0.5, 50],
    [0.99, 50],
    [1, 50],
    [1.000001, 50],
    [1.5, 50],
    [2, 30],
    [0.8, 2],
  ])('ranks with theta %f over %i follow 1 / rank^theta', (theta, ranks) => {
    const random = randomOf(`zipf ${theta}`);
    const zipf = new ZipfRanks(ranks, theta);
    const draws = 200_000;
    const counts = countsOf(Array.from({ length: draws }, () => zipf.next(random)));
    let chiSquared = 0;
    for (const [at, share] of zipfShares(ranks, theta).entries()) {
      chiSquared += ((counts.get(at + 1) ?? 0) - share * draws) ** 2 / (share * draws);
    }
    expect([...counts.keys()].every((rank) => rank >= 1 && rank <= ranks)).toBe(true);
    expect(chiSquared).toBeLessThan(chiSquaredMost(ranks - 1));
  });

  test('ranks over a million have the head and the tail of the formula', () => {
    const random = randomOf('million');
    const zipf = new ZipfRanks(1_000_000, 0.99);
    const shares = zipfShares(1_000_000, 0.99);
    const draws = 200_000;
    const bounds = [1, 2, 10, 100, 1000, 10_000, 100_000, 1_000_000];
    const counts = bounds.map(() => 0);
    for (let draw = 0; draw < draws; draw += 1) {
      const rank = zipf.next(random);
      counts[bounds.findIndex((bound) => rank <= bound)] += 1;
    }
    for (const [at, bound] of bounds.entries()) {
      const from = at === 0 ? 0 : bounds[at - 1];
      const share = shares.slice(from, bound).reduce((total, each) => total + each, 0);
      const sigma = Math.sqrt(draws * share * (1 - share));
      expect(Math.abs(counts[at] - draws * share)).toBeLessThan(6 * sigma);
    }
  });

  test('pages of a window have the frequencies of the formula, in another order than their own', async () => {
    const all = await rows('zipf', { requests: '200K', window: '4M', theta: '0.9', seed: 's' });
    const counts = countsOf(all.map(({ address }) => Number(address >> 16n)));
    const sorted = [...counts.values()].sort((a, b) => b - a);
    for (const [rank, share] of zipfShares(64, 0.9).slice(0, 8).entries()) {
      const sigma = Math.sqrt(200_000 * share * (1 - share));
      expect(Math.abs(sorted[rank] - 200_000 * share)).toBeLessThan(6 * sigma);
    }
    const byPage = Array.from({ length: 64 }, (_, page) => counts.get(page) ?? 0);
    expect(byPage).not.toEqual(sorted);
    expect(new Set(all.map(({ address }) => address & 0xffffn)).size).toBe(1024);
  });
});

test('stride goes through its window in steps and begins again', async () => {
  const all = await rows('stride', { requests: '6', window: '256K', stride: '96K', length: '64K' });
  expect(all.map(({ address }) => Number(address) / 1024)).toEqual([0, 96, 192, 0, 96, 192]);
  const last = await rows('stride', {
    requests: '4',
    window: '256K',
    stride: '96K',
    length: '65K',
  });
  expect(last.map(({ address }) => Number(address) / 1024)).toEqual([0, 96, 0, 96]);
});

describe('chase', () => {
  test('reads every page once before it begins again in the same order', async () => {
    const all = await rows('chase', { requests: '300', window: '100K', page: '4K', devices: '3' });
    for (const pe of [1, 2, 3]) {
      const own = all.filter((row) => row.pe === pe).map(({ address }) => Number(address));
      expect(new Set(own.slice(0, 25).map((address) => address >> 12)).size).toBe(25);
      expect(own.slice(25, 50)).toEqual(own.slice(0, 25));
      expect(own.slice(0, 25)).not.toEqual([...own.slice(0, 25)].sort((a, b) => a - b));
    }
    expect(all.every(({ op, length }) => op === 'read' && length === 64)).toBe(true);
  });

  test('goes through each window in an order of its own', async () => {
    const all = await rows('chase', { requests: '2000', window: '64M', devices: '2' });
    const [one, other] = [1, 2].map((pe) => all.filter((row) => row.pe === pe));
    expect(one.filter(({ address }, at) => address === other[at]?.address).length).toBeLessThan(20);
  });
});

describe('gpu', () => {
  test('has four sweeps that go on where they stopped, from quarters of the window on', async () => {
    const all = await rows('gpu', { requests: '4000', window: '64M', seed: 'g' });
    for (let stream = 0; stream < 4; stream += 1) {
      let next = BigInt(stream) << 24n;
      for (const { address, length } of all.filter((_, at) => at % 4 === stream)) {
        expect([next, 0n]).toContain(address);
        if (address !== next) expect(next + BigInt(length)).toBeGreaterThan(64n << 20n);
        expect(address + BigInt(length)).toBeLessThanOrEqual(64n << 20n);
        next = address + BigInt(length);
      }
    }
  });

  test('has bursts of every power of two from 4K to 2M, all alike', async () => {
    const counts = countsOf((await rows('gpu', { requests: '10K' })).map(({ length }) => length));
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 10 }, (_, power) => 4096 << power),
    );
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(6 * 30);
  });
});

describe('tenants', () => {
  test('have windows and patterns of their own, in turn', async () => {
    const all = await rows('tenants', {
      requests: '4000',
      devices: '4',
      windows: '1M,64M',
      patterns: 'sequential,uniform,stride,chase',
      stride: '128K',
    });
    const of = (pe: number) => all.filter((row) => row.pe === pe).map(({ address }) => address);
    expect(of(1).slice(0, 3)).toEqual([0n, 512n, 1024n]);
    expect(of(1).every((address) => address < 1n << 20n)).toBe(true);
    expect(of(2).some((address) => address > 32n << 20n)).toBe(true);
    expect(
      of(3)
        .slice(0, 9)
        .map((address) => Number(address >> 17n)),
    ).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 0]);
    expect(new Set(of(4).map((address) => address >> 16n)).size).toBe(1000);
  });

  test('have bursts of requests and then wait for all others', async () => {
    const all = await rows('tenants', {
      requests: '18',
      devices: '3',
      burst: '3',
      patterns: 'sequential',
      length: '4K',
    });
    expect(all.map(({ pe }) => pe)).toEqual([1, 1, 1, 2, 2, 2, 3, 3, 3, 1, 1, 1, 2, 2, 2, 3, 3, 3]);
    expect(all.filter(({ pe }) => pe === 2).map(({ address }) => Number(address) / 4096)).toEqual([
      0, 1, 2, 3, 4, 5,
    ]);
  });
});

describe('pcie-bench', () => {
  test('writes 64 bytes at multiples of 64, all of them alike, 21.1 ns apart', async () => {
    const all = await rows('pcie-bench', { requests: '64K', window: '4K' });
    const counts = countsOf(all.map(({ address }) => address));
    expect([...counts.keys()].every((address) => address % 64n === 0n && address < 4096n)).toBe(
      true,
    );
    expect(counts.size).toBe(64);
    const sigma = Math.sqrt(64_000 * (1 / 64) * (63 / 64));
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(6 * sigma);
    expect(all.every(({ op, length }) => op === 'write' && length === 64)).toBe(true);
    expect(all[1000].timeNs).toBe(21_100n);
  });

  test('rounds offset and transfer up to cache lines for a unit, and begins at the offset', async () => {
    const unit = { order: 'sequential', direction: 'both', length: '64', offset: '4' };
    const all = await rows('pcie-bench', { requests: '34', window: '4K', ...unit });
    expect(all.slice(0, 3).map(({ op, address }) => [op, Number(address)])).toEqual([
      ['read', 4],
      ['write', 132],
      ['read', 260],
    ]);
    expect(all.slice(31).map(({ address }) => Number(address))).toEqual([31 * 128 + 4, 4, 132]);
  });
});

describe('hypersio', () => {
  test('reads the ring, writes data and mailbox, each tenant in turn at the same addresses', async () => {
    const all = await rows('hypersio', { requests: '12', devices: '2' });
    const packet = (pe: number, data: bigint) => [
      ['read', pe, 0x3480_0000n, 16],
      ['write', pe, data, 1542],
      ['write', pe, 0x3500_1000n, 16],
    ];
    expect(all.map(({ op, pe, address, length }) => [op, pe, address, length])).toEqual([
      ...packet(1, 0xbbe0_0000n),
      ...packet(2, 0xbbe0_0000n),
      ...packet(1, 0xbbe0_0000n + 1600n),
      ...packet(2, 0xbbe0_0000n + 1600n),
    ]);
  });

  test('goes to the next of 32 data pages of 2M after 50 packets', async () => {
    const all = await rows('hypersio', { requests: '6K' });
    const pages = all
      .filter((_, at) => at % 3 === 1)
      .map(({ address }) => Number((address - 0xbbe0_0000n) >> 21n));
    expect(pages).toEqual(
      Array.from({ length: 2000 }, (_, packet) => Math.floor(packet / 50) % 32),
    );
  });

  test('keeps 200 Gb/s exactly: 1,000 packets of 1542 bytes take 61,680 ns', async () => {
    const all = await rows('hypersio', { requests: '3003' });
    expect(all[3000].timeNs).toBe(61_680n);
  });
});
