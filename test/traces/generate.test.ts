import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { GENERATORS, generate } from '../../traces/generate/generate.ts';
import { rowsOf } from './rows.ts';

async function rows(name: string, parameters: Record<string, string>) {
  return rowsOf(generate(name, parameters));
}

/** The parameters that a generator has, of those that are wanted. */
function known(name: string, wanted: Record<string, string>): Record<string, string> {
  const names = GENERATORS.find((each) => each.name === name)?.parameters.map((each) => each.name);
  return Object.fromEntries(Object.entries(wanted).filter(([key]) => names?.includes(key)));
}

describe.each(GENERATORS)('$name', ({ name, description, parameters }) => {
  test('gives the same rows for the same seed, and twice from one source', async () => {
    const wanted = known(name, { requests: '3000', seed: 'a', devices: '3' });
    const source = generate(name, wanted);
    const first = await rowsOf(source);
    expect(first.length).toBeGreaterThanOrEqual(3000);
    expect(await rowsOf(source)).toEqual(first);
    expect(await rows(name, wanted)).toEqual(first);
  });

  test('stays inside the window of every device and never goes back in time', async () => {
    const wanted = known(name, {
      requests: '5000',
      base: `${1n << 59n}`,
      window: '8G',
      windows: '8G,1G',
      page: '16M',
      length: '9000',
      interval: '2.56',
      devices: '4',
      ring: '64',
    });
    const base = BigInt(wanted.base ?? '0');
    const all = (await rows(name, wanted)).filter(({ op }) => op !== 'create');
    for (const row of all) {
      expect(row.address >= base && row.address + BigInt(row.length) <= base + (8n << 30n)).toBe(
        true,
      );
    }
    expect(all.every((row, at) => at === 0 || row.timeNs >= (all[at - 1]?.timeNs ?? 0n))).toBe(
      true,
    );
    expect([...new Set(all.map(({ rid, pe }) => `${rid.toString(16)} ${pe}`))].sort()).toEqual([
      '100 1',
      '108 2',
      '110 3',
      '118 4',
    ]);
  });

  test('makes as many DMA requests as wanted, and less than a round more', async () => {
    const wanted = known(name, { requests: '5000', devices: '2' });
    const all = await rows(name, wanted);
    const dmas = all.filter(({ op }) => op === 'read' || op === 'write').length;
    expect(dmas).toBeGreaterThanOrEqual(5000);
    expect(dmas).toBeLessThan(5000 + 3 * 8);
  });

  test('writes all its parameters, presets included, into the metadata', () => {
    const { metadata } = generate(name, { requests: '7' });
    expect(metadata).toMatchObject({ clock: 'time', source: `generate:${name}` });
    const presets = parameters.map((each) => [each.name, each.preset]);
    expect(metadata.parameters).toEqual({ ...Object.fromEntries(presets), requests: '7' });
  });

  test('says in one line what it stresses, and has each parameter once', () => {
    expect(description).toMatch(/^[^\n]{40,160}$/);
    const names = parameters.map((each) => each.name);
    expect(new Set(names).size).toBe(names.length);
    // The command line makes options of them.
    expect(names.every((each) => /^[a-z]+$/.test(each))).toBe(true);
  });
});

/** Rows as bytes, column by column. */
async function digestOf(name: string, parameters: Record<string, string>): Promise<string> {
  const hash = createHash('sha256');
  for await (const batch of generate(name, parameters).batches()) {
    const { rows: count, timeNs, op, phb, rid, pe, length, address, value } = batch;
    hash.update(timeNs.subarray(0, 2 * count));
    for (const column of [op, phb, rid, pe, length]) hash.update(column.subarray(0, count));
    for (const column of [address, value]) hash.update(column.subarray(0, 2 * count));
  }
  return hash.digest('hex').slice(0, 16);
}

// Of the generators as they were when there were three.
test.each([
  ['sequential', {}, '8a1e5d4252739eb5'],
  ['sequential', { devices: '5', writes: '0.3', seed: 'x' }, 'cc2718d07de4f21a'],
  ['uniform', {}, '63f9dea6966a5c0e'],
  ['uniform', { devices: '3', length: '9000', window: '8G', base: '1T' }, 'f89d7b506f504165'],
  ['ring', {}, '2f96699cbc2e35b4'],
  ['ring', { strict: 'yes' }, '509c0fd6934a5955'],
])('%s with %j still gives the bytes that it always gave', async (name, parameters, digest) => {
  expect(await digestOf(name, { requests: '200K', ...parameters } as Record<string, string>)).toBe(
    digest,
  );
});

test('rows come in batches that are full, but for the last one', async () => {
  const counts: number[] = [];
  const parameters = { requests: '100K', devices: '3', ring: '65536', window: '128G' };
  for await (const batch of generate('nic-rx', parameters).batches()) counts.push(batch.rows);
  expect(counts.slice(0, -1).every((count) => count === 65_536)).toBe(true);
  // 3 x 65,536 buffers are mapped before the first packet.
  expect(counts.length).toBeGreaterThan(4);
});

test('sequential goes through its window and begins again', async () => {
  const all = await rows('sequential', {
    requests: '5',
    window: '64K',
    length: '24K',
    writes: '0',
  });
  expect(all.map(({ address }) => address)).toEqual([0n, 24576n, 0n, 24576n, 0n]);
  expect(all.map(({ timeNs }) => timeNs)).toEqual([0n, 100n, 200n, 300n, 400n]);
  expect(all.every(({ op, length }) => op === 'read' && length === 24576)).toBe(true);
});

test('each device of sequential has its own stream', async () => {
  const all = await rows('sequential', { requests: '6', devices: '2' });
  expect(all.map(({ pe, address }) => [pe, Number(address)])).toEqual([
    [1, 0],
    [2, 0],
    [1, 4096],
    [2, 4096],
    [1, 8192],
    [2, 8192],
  ]);
});

test('uniform spreads evenly: 64 pages get 1/64 of 64,000 requests each, within 6 sigma', async () => {
  const all = await rows('uniform', {
    requests: '64K',
    window: '4M',
    length: '4K',
    writes: '0.25',
    seed: 's',
  });
  const hits = new Map<bigint, number>();
  for (const { address } of all) hits.set(address >> 16n, (hits.get(address >> 16n) ?? 0) + 1);
  const sigma = Math.sqrt(64_000 * (1 / 64) * (63 / 64));
  expect(hits.size).toBe(64);
  for (const count of hits.values()) expect(Math.abs(count - 1000)).toBeLessThan(6 * sigma);
  const writes = all.filter(({ op }) => op === 'write').length;
  expect(Math.abs(writes - 16_000)).toBeLessThan(6 * Math.sqrt(64_000 * 0.25 * 0.75));
  expect(all.some(({ address }) => (address & 0xffffn) !== 0n)).toBe(true);
  expect(all.every(({ address }) => address % 4096n === 0n)).toBe(true);
});

test('uniform asks for 64 bytes at a time: a request of one TLP', async () => {
  const all = await rows('uniform', { requests: '2K', seed: 's' });
  expect(all.length).toBe(2000);
  expect(all.every(({ address, length }) => length === 64 && address % 64n === 0n)).toBe(true);
});

test.each([
  ['7', 7],
  ['2k', 2000],
  ['0.002M', 2000],
  ['2.2K', 2200],
  ['2.5', undefined],
  ['0.0025K', undefined],
  ['1,000', undefined],
  ['1e3', undefined],
  ['3KB', undefined],
  ['0', undefined],
])('requests of %s are %s', async (requests, count) => {
  if (count === undefined) {
    const message =
      /^requests: expected a whole number 1\.\..* such as 1000000 or 10M, without commas, got/;
    expect(() => generate('sequential', { requests })).toThrow(message);
  } else expect((await rows('sequential', { requests })).length).toBe(count);
});

test('fractions of a nanosecond add up: 10,000 intervals of 20.56 ns take 205,600 ns', async () => {
  const all = await rows('sequential', { requests: '10001', interval: '20.56' });
  expect(all.map(({ timeNs }) => timeNs)).toEqual(
    Array.from({ length: 10_001 }, (_, request) => (BigInt(request) * 2056n) / 100n),
  );
});

test('another seed gives other addresses', async () => {
  const a = await rows('uniform', { requests: '100', seed: 'a' });
  const b = await rows('uniform', { requests: '100', seed: 'b' });
  expect(a.filter(({ address }, at) => address === b[at]?.address).length).toBeLessThan(5);
});

test.each([
  ['a theta above 2', 'zipf', { theta: '2.5' }, "theta: expected a number 0..2, got '2.5'"],
  [
    'a stride of nothing',
    'stride',
    { stride: '0' },
    "stride: expected 1..1073741824 bytes, got '0'",
  ],
  [
    'a stride beyond the window',
    'stride',
    { stride: '2G' },
    "stride: expected 1..1073741824 bytes, got '2G'",
  ],
  ['writes of a chase', 'chase', { writes: '1' }, "unknown parameter 'writes'"],
  ['an MTU below 68', 'nic-rx', { mtu: '60' }, "mtu: expected a whole number 68..16384, got '60'"],
  [
    'an unknown policy',
    'nic-tx',
    { iova: 'lazy' },
    "iova: expected one of fixed, strict, batched, got 'lazy'",
  ],
  [
    'a burst that the ring cannot hold',
    'nic-tx',
    { ring: '4' },
    "burst: expected a whole number 1..4, got '8'",
  ],
  [
    'a window without room for a ring of buffers',
    'nic-rx',
    { iova: 'fixed', window: '32M' },
    'window: expected room for the ring, 1024 buffers and those that wait in pages of 64K, 128M at least, got 32M',
  ],
  [
    'a block of less than a sector',
    'nvme',
    { block: '256' },
    'block: expected 512..16777216 bytes',
  ],
  [
    'a depth of nothing',
    'nvme',
    { depth: '0' },
    "depth: expected a whole number 1..65535, got '0'",
  ],
  [
    'a window without room for the commands of a queue',
    'nvme',
    { window: '1M' },
    'window: expected room for a queue of 32 commands of 128K and those that wait in pages of 64K, 8M at least, got 1M',
  ],
  [
    'a ring that no window has room for',
    'nic-rx',
    { page: '1G', window: '1T' },
    'window: expected room for the ring, 1024 buffers and those that wait in pages of 1G, which no window up to 1T has',
  ],
  [
    'a block that is no number of sectors',
    'nvme',
    { block: '1000' },
    "block: expected a multiple of 512, got '1000'",
  ],
  [
    'an interval whose later times are not exact',
    'uniform',
    { requests: '1M', interval: '20000.123456' },
    "interval: expected exact times up to the last of 1M requests, got '20000.123456'",
  ],
  [
    'a burst that is no power of two',
    'gpu',
    { shortest: '12K' },
    "shortest: expected a power of two, got '12K'",
  ],
  [
    'a longest burst below the shortest',
    'gpu',
    { shortest: '64K', longest: '4K' },
    "shortest: expected at most the longest, '4K', got '64K'",
  ],
  [
    'a shortest burst above the preset of the longest',
    'gpu',
    { shortest: '4M' },
    "shortest: expected at most the longest, '2M', got '4M'",
  ],
  [
    'an unknown pattern of a tenant',
    'tenants',
    { patterns: 'uniform,zpif' },
    "patterns: unknown pattern 'zpif', did you mean 'zipf'?",
  ],
  [
    'a tenant whose window is no multiple of the page',
    'tenants',
    { windows: '1G,96K' },
    "windows: expected a multiple of the page, got '96K'",
  ],
  [
    'a tenant whose window is no size',
    'tenants',
    { windows: '1G,abc' },
    "windows: expected a size such as 64K or 2G, got 'abc'",
  ],
  [
    'an unknown order of units',
    'pcie-bench',
    { order: 'shuffled' },
    "order: expected one of random, sequential, got 'shuffled'",
  ],
  [
    'a window without room for a unit',
    'pcie-bench',
    { window: '4K', length: '4K', offset: '1' },
    "window: expected room for a unit of 4160 bytes, got '4K'",
  ],
  [
    "a window that ends before HyperSIO's data pages",
    'hypersio',
    { window: '1G' },
    "window: expected room for the data pages, 3219128320 bytes, got '1G'",
  ],
  [
    'packets of which 50 do not fit in a data page',
    'hypersio',
    { length: '64K' },
    "length: expected 1..41920 bytes, 50 packets in 2M, got '64K'",
  ],
  ['no such generator', 'rign', {}, "unknown generator 'rign', did you mean 'ring'?"],
  [
    'no such parameter',
    'ring',
    { lenght: '1' },
    "unknown parameter 'lenght', did you mean 'length'?",
  ],
  [
    'a request of no bytes',
    'uniform',
    { length: '0' },
    "length: expected 1..1073741824 bytes, got '0'",
  ],
  [
    'a request beyond the window',
    'uniform',
    { length: '128K', window: '64K' },
    "length: expected 1..65536 bytes, got '128K'",
  ],
  [
    'a page that is no power of two',
    'uniform',
    { page: '12K' },
    "page: expected a power of two, got '12K'",
  ],
  [
    'a window of half a page',
    'uniform',
    { window: '96K' },
    "window: expected a multiple of the page, got '96K'",
  ],
  [
    'a window past the last address',
    'uniform',
    { base: '0xffffffffffff0000', window: '128K' },
    "base: expected a window that ends below 2^64, got '0xffffffffffff0000'",
  ],
  ['a share above one', 'uniform', { writes: '1.5' }, "writes: expected a number 0..1, got '1.5'"],
  ['no devices', 'uniform', { devices: '0' }, "devices: expected a whole number 1..8160, got '0'"],
  [
    'a half strictness',
    'ring',
    { strict: 'maybe' },
    "strict: expected one of yes, no, got 'maybe'",
  ],
  [
    'memory that begins within a page, where its bits would be those of a TCE',
    'ring',
    { strict: 'yes', memory: '5' },
    "memory: expected a multiple of the page, got '5'",
  ],
  [
    'memory beyond the real addresses',
    'ring',
    { strict: 'yes', memory: '0xfffffffffff0000' },
    "memory: expected a span that ends below 2^60, got '0xfffffffffff0000'",
  ],
  [
    'a mapping of more bytes than a row can hold',
    'ring',
    { strict: 'yes', page: '4G', window: '64G' },
    'strict: expected less than 4G to map, got rings of 4294967296 bytes and buffers of 4294967296',
  ],
  [
    'a window without room for a buffer',
    'ring',
    { window: '128K' },
    "window: expected room for two rings of 65536 bytes and a buffer of 2048, got '128K'",
  ],
])('%s is refused by name', (_, name, parameters, message) => {
  expect(() => generate(name, parameters as Record<string, string>)).toThrow(message);
});
