import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../models/input-error.ts';
import { allocateMemory, PhysicalMemory } from '../../models/memory/physical.ts';
import { formatRid, parseRid, readRte, rteAddress, writeRte } from '../../models/rte.ts';

const RTT = 0x3_0002_0000n;

function memory(): PhysicalMemory {
  return new PhysicalMemory(allocateMemory(4 * 65_536));
}

describe('the RID translation table', () => {
  test('holds 65536 entries of two bytes', () => {
    expect(rteAddress(RTT, 0)).toBe(RTT);
    expect(rteAddress(RTT, 0x0100)).toBe(RTT + 0x200n);
    expect(rteAddress(RTT, 0xffff)).toBe(RTT + 128n * 1024n - 2n);
  });

  test('is big-endian: RIDs 0 to 3 stand in their order from the upper end of a word', () => {
    const table = memory();
    [0x0111, 0x0022, 0x0133, 0x0044].forEach((pe, rid) => {
      writeRte(table, RTT, rid, pe);
    });
    expect(table.read(RTT)).toBe(0x0111_0022_0133_0044n);
    table.write(RTT + 8n, 0xaaaa_bbbb_cccc_ddddn);
    expect([4, 5, 6, 7].map((rid) => readRte(table, RTT, rid))).toEqual([
      0xaaaa, 0xbbbb, 0xcccc, 0xdddd,
    ]);
  });

  test('gives PE# 0 where nothing was written', () => {
    expect(readRte(memory(), RTT, 0x1234)).toBe(0);
  });

  test('is changed in one entry by a write, and its neighbours stay', () => {
    const entry = fc.record({
      rid: fc.oneof(fc.integer({ min: 0, max: 31 }), fc.integer({ min: 0, max: 0xffff })),
      pe: fc.integer({ min: 0, max: 0xffff }),
    });
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 64, size: 'max' }), (entries) => {
        const table = memory();
        const wanted = new Map<number, number>();
        for (const { rid, pe } of entries) {
          writeRte(table, RTT, rid, pe);
          wanted.set(rid, pe);
        }
        for (const { rid } of entries) {
          for (let near = Math.max(0, rid - 4); near <= Math.min(0xffff, rid + 4); near += 1) {
            expect(readRte(table, RTT, near)).toBe(wanted.get(near) ?? 0);
          }
        }
      }),
    );
  });
});

describe('a written RID', () => {
  test.each([
    ['01:00.0', 0x0100],
    ['ff:1f.7', 0xffff],
    ['00:02.3', 0x0013],
    ['0a:1F.1', 0x0af9],
    ['0x0100', 0x0100],
    ['0XFFFF', 0xffff],
    ['256', 256],
    ['0', 0],
    ['65535', 0xffff],
  ])('%s is %i', (text, rid) => {
    expect(parseRid(text, 'rid')).toBe(rid);
  });

  test.each([
    '',
    '01:00',
    '01:20.0',
    '01:00.8',
    '1:0.0',
    '65536',
    '0x10000',
    '-1',
    '1.5',
    '0000:01:00.0',
    'g0:00.0',
    '1e3',
  ])('%j is refused with its place and its text', (text) => {
    expect(() => parseRid(text, 'devices[0].rid')).toThrow(InputError);
    expect(() => parseRid(text, 'devices[0].rid')).toThrow(
      `devices[0].rid: expected a RID such as 01:00.0 or 0x100, got '${text}'`,
    );
  });

  test('is printed as bus, device and function and read back', () => {
    expect(formatRid(0x0100)).toBe('01:00.0');
    expect(formatRid(0xfffe)).toBe('ff:1f.6');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffff }), (rid) => {
        expect(parseRid(formatRid(rid), 'rid')).toBe(rid);
      }),
    );
  });
});
