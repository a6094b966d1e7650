import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../models/input-error.ts';
import {
  allocatorOf,
  formatBuddyinfo,
  isTableZone,
  readBuddyinfo,
  type ZoneName,
} from '../../models/memory/buddyinfo.ts';

const COUNTS = '   4000    900    200     40      6      1      0      0      0 ';
const LINE = `Node 0, zone   Normal ${COUNTS}`;

/** The message of what a text is refused with. */
function refusal(text: string, pageShift?: number): string {
  try {
    readBuddyinfo(text, 'host.txt', pageShift);
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as Error).message;
  }
  throw new Error('was read');
}

describe('a copy of /proc/buddyinfo', () => {
  test('is read with its page size', () => {
    expect(readBuddyinfo(`${LINE}\n`, 'host.txt')).toEqual({
      source: 'host.txt',
      basePageShift: 16,
      orderMax: 8,
      zones: [{ node: 0, zone: 'Normal', freeBlocks: [4000, 900, 200, 40, 6, 1, 0, 0, 0] }],
    });
    const small = `Node 8, zone      DMA ${'12 '.repeat(13)}`;
    expect(readBuddyinfo(small, 'x')).toMatchObject({ basePageShift: 12, orderMax: 12 });
  });

  test('may have blank lines, Windows line ends and no last line end', () => {
    const text = `\r\nNode 0, zone      DMA ${COUNTS}\r\n\r\nNode 8, zone  Movable ${COUNTS}`;
    expect(readBuddyinfo(text, 'x').zones.map(({ node, zone }) => [node, zone])).toEqual([
      [0, 'DMA'],
      [8, 'Movable'],
    ]);
  });

  test('may have another number of orders if the page size is told', () => {
    const text = `Node 0, zone Normal ${'7 '.repeat(8)}`;
    expect(readBuddyinfo(text, 'x', 16)).toMatchObject({ basePageShift: 16, orderMax: 7 });
    const allocator = allocatorOf(readBuddyinfo(text, 'x', 16));
    expect(allocator.allocate(8)).toBeUndefined();
    expect(allocator.lastFailure).toMatchObject({ orderMax: 7, largestFreeOrder: 7 });
  });

  test.each([
    ['', "host.txt: expected lines 'Node 0, zone Normal COUNTS', got none"],
    [
      `${LINE}\nNode 8, zone   Normal    1     2`,
      'host.txt:2: expected 9 counts as in line 1, got 2',
    ],
    [
      'Node 0, zone Normal 1 2 3',
      'host.txt:1: expected 9 counts (64K pages) or 13 (4K pages), got 3; other kernels need their page size (--page-size)',
    ],
    [
      `Node 0, zone Normal ${'1 '.repeat(11)}`,
      'host.txt:1: expected 9 counts (64K pages) or 13 (4K pages), got 11, as x86 has with 4K pages: --page-size 4K takes it',
    ],
    [
      LINE.replace(' 40 ', ' 4o '),
      "host.txt:1: order 3: expected a count of free blocks below 2^32, got '4o'",
    ],
    [
      LINE.replace(' 40 ', ' -4 '),
      "host.txt:1: order 3: expected a count of free blocks below 2^32, got '-4'",
    ],
    [
      LINE.replace(' 40 ', ' 4294967296 '),
      "host.txt:1: order 3: expected a count of free blocks below 2^32, got '4294967296'",
    ],
    [
      LINE.replace('Normal', 'Norml'),
      "host.txt:1: expected a zone (DMA, DMA32, Normal, HighMem, Movable, Device), got 'Norml'",
    ],
    [
      `${LINE}\n\n${LINE}`,
      'host.txt:3: node 0, zone Normal: expected once, got it in line 1 already',
    ],
    [
      'MemTotal:       65536 kB',
      "host.txt:1: expected 'Node 0, zone Normal COUNTS', got 'MemTotal:       65536 kB'",
    ],
    [
      `Nodes ${'x'.repeat(60)}`,
      `host.txt:1: expected 'Node 0, zone Normal COUNTS', got 'Nodes ${'x'.repeat(34)}...'`,
    ],
  ])('%j is refused in one line', (text, message) => {
    expect(refusal(text)).toBe(message);
  });

  test('of too many orders is refused whatever the page size', () => {
    expect(refusal(`Node 0, zone Normal ${'1 '.repeat(21)}`, 16)).toBe(
      'host.txt:1: expected 1 to 20 counts, got 21',
    );
  });

  test('is printed as Linux prints it', () => {
    const zones = [{ node: 0, zone: 'Normal' as const, freeBlocks: [4000, 900, 200, 40, 6, 1, 0] }];
    expect(formatBuddyinfo(zones)).toBe(
      'Node 0, zone   Normal   4000    900    200     40      6      1      0 \n',
    );
  });

  test('printed and read again says the same', () => {
    const names = ['DMA', 'DMA32', 'Normal', 'HighMem', 'Movable', 'Device'] as const;
    const counts = fc.array(fc.nat({ max: 2 ** 32 - 1 }), { minLength: 9, maxLength: 9 });
    const lines = fc.uniqueArray(
      fc.record({
        node: fc.nat({ max: 255 }),
        zone: fc.constantFrom(...names),
        freeBlocks: counts,
      }),
      { minLength: 1, maxLength: 12, selector: ({ node, zone }) => `${node}/${zone}` },
    );
    fc.assert(
      fc.property(lines, (zones) => {
        expect(readBuddyinfo(formatBuddyinfo(zones), 'x').zones).toEqual(zones);
      }),
      { numRuns: 100, seed: 3 },
    );
  });
});

describe('the allocator of a host', () => {
  const text = [
    `Node 8, zone      DMA ${'1 '.repeat(9)}`,
    `Node 0, zone      DMA ${'0 '.repeat(8)} 5`,
    `Node 0, zone   Normal ${'3 '.repeat(9)}`,
    `Node 0, zone  Movable ${'9 '.repeat(9)}`,
    `Node 1, zone   Device ${'9 '.repeat(9)}`,
  ].join('\n');
  const info = readBuddyinfo(text, 'host.txt');

  test('takes tables from DMA, DMA32 and Normal only', () => {
    const isFor: [ZoneName, boolean][] = [
      ['DMA', true],
      ['DMA32', true],
      ['Normal', true],
      ['HighMem', false],
      ['Movable', false],
      ['Device', false],
    ];
    for (const [zone, holds] of isFor) expect([zone, isTableZone(zone)]).toEqual([zone, holds]);
  });

  test('asks the first node of the file, or the one that is named, and its highest zone first', () => {
    const names = (node?: number) =>
      allocatorOf(info, node === undefined ? {} : { node }).zones.map(
        (zone) => `${zone.node} ${zone.zone}`,
      );
    expect(names()).toEqual(['8 DMA', '0 Normal', '0 DMA']);
    expect(names(0)).toEqual(['0 Normal', '0 DMA', '8 DMA']);
    expect(() => names(2)).toThrow('node: expected one of 0, 8, got 2');
    // A GPU's memory, for instance: there is such a node, but nothing of it is for tables.
    expect(() => names(1)).toThrow(
      'host.txt: node 1: expected a zone for tables (DMA, DMA32 or Normal), got only Device',
    );
  });

  test('has the counts of the file, and blocks that overlap nowhere', () => {
    const allocator = allocatorOf(info);
    expect(allocator.freeBlocks).toEqual([4, 4, 4, 4, 4, 4, 4, 4, 9]);
    const pages = new Set<bigint>();
    for (let page = allocator.allocate(0); page !== undefined; page = allocator.allocate(0)) {
      pages.add(page);
    }
    expect(pages.size).toBe(4 * 255 + 9 * 256);
    for (const page of pages) allocator.free(page, 0);
    expect(allocator.freeBlocks).toEqual([4, 4, 4, 4, 4, 4, 4, 4, 9]);
  });

  test('must have the pages of the kernel that is asked about', () => {
    expect(() => allocatorOf(info, { basePageShift: 12 })).toThrow(
      'host.txt: expected a kernel with pages of 4K, got 9 orders, as with 64K: --kernel 6.12-64k has such pages',
    );
    expect(() => allocatorOf(info, { basePageShift: 16 })).not.toThrow();
  });

  test('needs a zone that is for tables', () => {
    const movable = readBuddyinfo(`Node 0, zone Movable ${'9 '.repeat(9)}`, 'host.txt');
    expect(() => allocatorOf(movable)).toThrow(
      'host.txt: expected a zone for tables (DMA, DMA32 or Normal), got only Movable',
    );
  });

  test('keeps the marks that it is given', () => {
    const watermark = { minPages: 100_000, lowPages: 100_000, reservePages: 0 };
    const allocator = allocatorOf(info, { watermark });
    expect(allocator.allocate(0)).toBeUndefined();
    expect(allocator.lastFailure?.watermarkBytes).toBe(37_500n * 65_536n);
  });
});

describe('memory in use that can be moved', () => {
  const info = readBuddyinfo(LINE, 'x');

  test('counts as none where nobody says so: what is not free in one piece is not to be had', () => {
    expect(allocatorOf(info).allocate(6, 'kernel')).toBeUndefined();
  });

  test('gives requests that may wait their block, and atomic ones still none', () => {
    const allocator = allocatorOf(info, { movableShare: 1 });
    const before = allocator.freeBytes;
    expect(allocator.freeBlocks).toEqual(info.zones[0].freeBlocks);
    expect(allocator.allocate(6, 'atomic')).toBeUndefined();
    expect(allocator.allocate(6, 'kernel')).toBeDefined();
    expect(allocator.freeBytes).toBe(before - 64n * 65_536n);
  });
});
