/** Packet captures and the receive ring that they fill. */
import { describe, expect, test } from 'vitest';
import { pcapFormat } from '../../traces/import/pcap.ts';
import { countsOf, dmaOf, feedBytes } from './feed.ts';

const MICRO = 0xa1b2c3d4;
const NANO = 0xa1b23c4d;

interface Packet {
  seconds: number;
  fraction: number;
  captured: number;
  original: number;
}

/** A capture file, field by field (draft-ietf-opsawg-pcap). */
function capture(magic: number, isLittle: boolean, packets: readonly Packet[]): Uint8Array {
  const bytes = packets.reduce((sum, { captured }) => sum + 16 + captured, 24);
  const view = new DataView(new ArrayBuffer(bytes));
  view.setUint32(0, magic, isLittle);
  view.setUint16(4, 2, isLittle);
  view.setUint16(6, 4, isLittle);
  view.setUint32(16, 262_144, isLittle);
  view.setUint32(20, 1, isLittle);
  let at = 24;
  for (const { seconds, fraction, captured, original } of packets) {
    [seconds, fraction, captured, original].forEach((word, index) => {
      view.setUint32(at + 4 * index, word, isLittle);
    });
    at += 16 + captured;
  }
  return new Uint8Array(view.buffer);
}

const PACKETS = [
  { seconds: 1_700_000_000, fraction: 999_999, captured: 60, original: 60 },
  { seconds: 1_700_000_001, fraction: 1, captured: 68, original: 1514 },
  { seconds: 1_700_000_001, fraction: 1, captured: 0, original: 5000 },
];

describe.each([
  ['microseconds, little-endian', MICRO, true, 2000n],
  ['microseconds, big-endian', MICRO, false, 2000n],
  ['nanoseconds, little-endian', NANO, true, 999_000_002n],
  ['nanoseconds, big-endian', NANO, false, 999_000_002n],
])('%s', (_name, magic, isLittle, gap) => {
  const file = capture(magic, isLittle, PACKETS);

  test('each buffer of a packet is descriptor, payload, descriptor', async () => {
    expect(pcapFormat.matches(file)).toBe(true);
    const { rows, log } = await feedBytes(pcapFormat, file);
    expect(log.counts.size).toBe(0);
    const dma = rows.filter(({ op }) => op === 'read' || op === 'write');
    expect(dma.map(({ op, length }) => `${op} ${length}`)).toEqual(
      [60, 1514, 2048, 2048, 904].flatMap((bytes) => ['read 16', `write ${bytes}`, 'write 16']),
    );
    expect([dma[0].timeNs, dma[3].timeNs, dma[14].timeNs]).toEqual([0n, gap, gap]);
  });
});

const FILE = capture(MICRO, true, PACKETS);

test('the ring wraps, and its descriptors and buffers with it', async () => {
  const many = Array.from({ length: 9 }, () => PACKETS[0]);
  const { rows } = await feedBytes(pcapFormat, capture(MICRO, true, many), { ring: '4' });
  const addresses = dmaOf(rows).map((row) => row.split(' ')[1]);
  expect(addresses.slice(12, 24)).toEqual(addresses.slice(0, 12));
  expect(new Set(addresses.slice(0, 12)).size).toBe(8);
  expect(countsOf(rows)).toEqual({ create: 1, map: 2, read: 9, write: 18 });
});

test('strict mapping: a full ring is mapped in front, then a map and an unmap for each buffer', async () => {
  const { rows } = await feedBytes(pcapFormat, FILE, { iova: 'strict', ring: '8' });
  expect(countsOf(rows)).toEqual({ create: 1, map: 1 + 8 + 5, unmap: 5, read: 5, write: 10 });
  const mapped = new Set<bigint>();
  for (const { op, address } of rows) {
    if (op === 'map') mapped.add(address & ~0xffffn);
    if (op === 'unmap') mapped.delete(address);
    if (op === 'write') expect(mapped.has(address & ~0xffffn)).toBe(true);
  }
});

describe('what cannot be read', () => {
  test('pcapng is refused by name', async () => {
    const next = Uint8Array.of(0x0a, 0x0d, 0x0d, 0x0a, ...Array(28).fill(0));
    expect(pcapFormat.matches(next)).toBe(true);
    await expect(feedBytes(pcapFormat, next)).rejects.toThrow(
      'test: expected pcap, got pcapng; convert it with editcap -F nsecpcap',
    );
  });

  test('a file that ends within a packet or its header is noted', async () => {
    const cut = [
      await feedBytes(pcapFormat, FILE.subarray(0, 24 + 16 + 60 + 16 + 67)),
      await feedBytes(pcapFormat, FILE.subarray(0, 24 + 7)),
    ];
    expect(cut.map(({ log }) => log.first)).toEqual([
      [{ line: 3, reason: 'the file ends within a packet' }],
      [{ line: 1, reason: 'the file ends within a packet' }],
    ]);
  });

  test('a packet that is too long to be one ends the reading', async () => {
    const wild = capture(MICRO, true, PACKETS);
    new DataView(wild.buffer).setUint32(24 + 76 + 8, 0xf000_0000, true);
    const { rows, log } = await feedBytes(pcapFormat, wild);
    expect(dmaOf(rows)).toHaveLength(3);
    expect(log.first.map(({ line }) => line)).toEqual([2]);
  });
});

test('options that fit nothing are refused with name, wanted and got', async () => {
  await expect(feedBytes(pcapFormat, FILE, { iova: 'lazy' })).rejects.toThrow(
    "iova: expected one of fixed, strict, batched, got 'lazy'",
  );
  await expect(feedBytes(pcapFormat, FILE, { page: '48K' })).rejects.toThrow(
    "page: expected a power of two, got '48K'",
  );
  await expect(feedBytes(pcapFormat, FILE, { ring: '0' })).rejects.toThrow(
    "ring: expected a whole number 1..65536, got '0'",
  );
});
