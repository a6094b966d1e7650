/** CloudPhysics vscsi, libCacheSim oracleGeneral, HyperSIO; records are written field by field here. */
import { describe, expect, test } from 'vitest';
import { hypersioFormat } from '../../traces/import/hypersio.ts';
import { oracleGeneralFormat } from '../../traces/import/oracle-general.ts';
import { vscsiFormat } from '../../traces/import/vscsi.ts';
import { dmaOf, feedBytes } from './feed.ts';

/** Little-endian fields, as [value, bytes]. */
function packed(...fields: readonly (readonly [number | bigint, number])[]): number[] {
  return fields.flatMap(([value, size]) =>
    Array.from({ length: size }, (_, at) =>
      Number((BigInt.asUintN(64, BigInt(value)) >> BigInt(8 * at)) & 0xffn),
    ),
  );
}

interface ScsiIo {
  command: number;
  bytes: number;
  time: number;
  response: number;
}

const SCSI: ScsiIo[] = [
  { command: 0x28, bytes: 4096, time: 1000, response: 250 },
  { command: 0x8a, bytes: 8192, time: 1100, response: 100 },
  { command: 0x12, bytes: 36, time: 1150, response: 10 },
];

function vscsi(version: 1 | 2, ios: readonly ScsiIo[]): Uint8Array {
  const records = ios.map(({ command, bytes, time, response }, index) => {
    const form = [command, 2] as const;
    const kind = [version * 256 + 1, 2] as const;
    const head = [
      [index, 4],
      [bytes, 4],
      [1, 4],
    ] as const;
    const tail = [
      [77 + index, 8],
      [time, 8],
    ] as const;
    return version === 1
      ? packed(...head, form, kind, ...tail)
      : packed(form, kind, ...head, ...tail, [response, 8]);
  });
  return Uint8Array.from(records.flat());
}

describe('vscsi', () => {
  test('version 2 completes after its response time, version 1 after the latency', async () => {
    const times = async (version: 1 | 2) => {
      const file = vscsi(version, SCSI);
      expect(file.length).toBe(3 * (version === 1 ? 32 : 40));
      expect(vscsiFormat.matches(file)).toBe(true);
      const { rows, log } = await feedBytes(vscsiFormat, file, { latency: '7000' });
      expect(Object.fromEntries(log.counts)).toEqual({ 'SCSI command that is no I/O': 1 });
      return rows
        .filter(({ op, length }) => op === 'write' && length === 16)
        .map(({ timeNs }) => timeNs);
    };
    expect(await times(2)).toEqual([200_000n, 250_000n]);
    expect(await times(1)).toEqual([7000n, 107_000n]);
  });

  test('a text, one record alone and records of another version are not of the format', () => {
    const text = new TextEncoder().encode(
      '8,0 3 1 0.000000000 697 G W 223490 + 8 [kjournald]\n'.repeat(9),
    );
    expect(vscsiFormat.matches(text)).toBe(false);
    expect(vscsiFormat.matches(vscsi(2, SCSI.slice(0, 1)))).toBe(false);
    const third = vscsi(2, SCSI);
    third[40 + 3] = 3;
    expect(vscsiFormat.matches(third)).toBe(false);
  });

  test('a damaged record is noted, those around it are read', async () => {
    const file = vscsi(2, SCSI);
    file[40 + 3] = 9;
    const { rows, log } = await feedBytes(vscsiFormat, file.subarray(0, 110));
    expect(dmaOf(rows).length).toBe(3);
    expect(log.first.map(({ line }) => line)).toEqual([2, 3]);
  });
});

type CacheRequest = readonly [seconds: number, object: bigint, bytes: number, next: number];

function oracle(requests: readonly CacheRequest[]): Uint8Array {
  const records = requests.map(([seconds, object, bytes, next]) =>
    packed([seconds, 4], [object, 8], [bytes, 4], [next, 8]),
  );
  return Uint8Array.from(records.flat());
}

const CACHE: CacheRequest[] = [
  [100, 7n, 4096, 2],
  [100, 8n, 512, -1],
  [103, 7n, 4096, 40],
];

describe('oracleGeneral', () => {
  test('an object is a page at its number, in seconds since the first', async () => {
    const { rows } = await feedBytes(oracleGeneralFormat, oracle(CACHE), { page: '64K' });
    expect(rows.map(({ timeNs, address, length, pe }) => [timeNs, address, length, pe])).toEqual([
      [0n, 7n * 65_536n, 4096, 1],
      [0n, 8n * 65_536n, 512, 1],
      [3_000_000_000n, 7n * 65_536n, 4096, 1],
    ]);
    expect(dmaOf(rows).every((row) => row.startsWith('read'))).toBe(true);
    const written = await feedBytes(oracleGeneralFormat, oracle(CACHE), { op: 'write' });
    expect(dmaOf(written.rows).every((row) => row.startsWith('write'))).toBe(true);
  });

  test('what is cut or folded is counted', async () => {
    const file = oracle([
      [1, 2n ** 63n + 5n, 10_000, -1],
      [1, 3n, 0, -1],
      [0, 3n, 1, -1],
    ]);
    const { rows, log } = await feedBytes(oracleGeneralFormat, file, { window: '1M' });
    expect(dmaOf(rows)).toEqual(['read 0x5000 4096', 'read 0x3000 1']);
    expect(Object.fromEntries(log.assumed)).toEqual({
      'page of an object beyond the window': 1,
      'length of an object that is larger than a page': 1,
      'time of a request that came too late': 1,
    });
    expect(log.counts.get('object of no bytes')).toBe(1);
  });

  test('is known by a reference that holds, numbered from 0 or from 1', () => {
    const fromOne = CACHE.map(([s, o, b, n]): CacheRequest => [s, o, b, n < 0 ? n : n + 1]);
    expect(oracleGeneralFormat.matches(oracle(CACHE))).toBe(true);
    expect(oracleGeneralFormat.matches(oracle(fromOne))).toBe(true);
    const broken = CACHE.map(([s, o, b, n], at): CacheRequest => [s, at === 2 ? 9n : o, b, n]);
    const silent = CACHE.map(([s, o, b]): CacheRequest => [s, o, b, -1]);
    const back = CACHE.map(([s, o, b, n], at): CacheRequest => [100 - at * s, o, b, n]);
    for (const other of [broken, silent, back]) {
      expect(oracleGeneralFormat.matches(oracle(other))).toBe(false);
    }
    expect(oracleGeneralFormat.matches(oracle(CACHE).subarray(0, 71))).toBe(false);
    expect(oracleGeneralFormat.matches(new Uint8Array(24 * 100))).toBe(false);
    expect(oracleGeneralFormat.matches(new Uint8Array(0))).toBe(false);
  });
});

type Translation = readonly [source: number, address: bigint, level: number, entry: bigint];

function hypersio(translations: readonly Translation[]): Uint8Array {
  const records = translations.map(([source, address, level, entry]) =>
    packed([1, 4], [source, 2], [5, 2], [address, 8], [0xfffn, 8], [level, 8], [entry, 8], [-1, 8]),
  );
  return Uint8Array.from(records.flat());
}

describe('HyperSIO', () => {
  test('a record is a DMA with its real address, behind the mapping of its page', async () => {
    const file = hypersio([
      [0x100, 0xffff_f040n, 1, 0x1_2345_6003n],
      [0x100, 0xffff_f080n, 1, 0x1_2345_6003n],
      [0x208, 0x4030_0ff0n, 2, 0x2_0020_0002n],
      [0x100, 0xffff_fff8n, 1, 0x1_2345_7003n],
    ]);
    expect(hypersioFormat.matches(file)).toBe(true);
    const { rows, log } = await feedBytes(hypersioFormat, file);
    expect(
      rows.map(({ op, rid, pe, address, length, value }) => [op, rid, pe, address, length, value]),
    ).toEqual([
      ['map', 0x100, 1, 0xffff_f000n, 4096, 0x1_2345_6003n],
      ['read', 0x100, 1, 0xffff_f040n, 64, 0x1_2345_6040n],
      ['read', 0x100, 1, 0xffff_f080n, 64, 0x1_2345_6080n],
      ['map', 0x208, 2, 0x4020_0000n, 2 ** 21, 0x2_0020_0002n],
      ['write', 0x208, 2, 0x4030_0ff0n, 64, 0x2_0030_0ff0n],
      ['map', 0x100, 1, 0xffff_f000n, 4096, 0x1_2345_7003n],
      ['read', 0x100, 1, 0xffff_fff8n, 8, 0x1_2345_7ff8n],
    ]);
    expect([...log.assumed.values()].reduce((sum, count) => sum + count, 0)).toBe(4);
  });

  test('records of another type or level are noted, and not of the format', async () => {
    const file = hypersio([
      [1, 0n, 1, 3n],
      [1, 0n, 4, 3n],
      [1, 0n, 1, 3n],
    ]);
    expect(hypersioFormat.matches(file)).toBe(false);
    const { rows, log } = await feedBytes(hypersioFormat, file.subarray(0, 140));
    expect(dmaOf(rows)).toHaveLength(1);
    expect(log.first.map(({ line }) => line)).toEqual([2, 3]);
  });
});
