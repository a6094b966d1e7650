/** What kernels refuse, and where they differ from each other. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { line, lines, results } from './ask.ts';

const MiB = 2 ** 20;
const folder = mkdtempSync(join(tmpdir(), 'tcesim-window-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A file with the free blocks of a host's only zone. */
function buddyinfo(...counts: number[]): string {
  const path = join(folder, `buddyinfo-${counts.join('-')}`);
  writeFileSync(path, `Node 0, zone   Normal ${counts.join(' ')}\n`);
  return path;
}

/** 440 MiB free, and nothing of 4 MiB in one piece. */
const FRAGMENTED = [4000, 900, 200, 40, 6, 1, 0, 0, 0];

describe('what the kernel refuses', () => {
  test.each([
    ['no levels', { window: '1G', levels: '0' }, 'EINVAL', /levels: expected 1 to 5, got 0/],
    ['six levels', { window: '1G', levels: '6' }, 'EINVAL', /levels: expected 1 to 5, got 6/],
    ['levels too deep for the page', { window: '1T', levels: '3' }, 'EINVAL', /55 address bits/],
    ['no size', { window: '0', levels: '1' }, 'EINVAL', /power of two, got 0/],
    ['3 GiB', { window: '3G', levels: '1' }, 'EINVAL', /power of two, got 3G/],
    ['a page that the PHB lacks', { window: '1G', page: '16M', levels: '1' }, 'EINVAL', /1G$/],
    ['a table over 16 MiB', { window: '256G', levels: '1' }, 'ENOMEM', /largest is order 8/],
    ['1/16 of a page', { window: '128K', page: '2M', levels: '1' }, 'EINVAL', /too far below/],
    ['1/8 page, 3 levels', { window: '256K', page: '2M', levels: '3' }, 'EINVAL', /too far below/],
  ])('%s: it answers %s', (_what, words, result, reason) => {
    expect(line(words)).toMatchObject({ result, reason: expect.stringMatching(reason) });
  });

  test.each([
    ['1/8 of a page in one level', { window: '256K', page: '2M', levels: '1' }],
    ['1/2 of a page in two levels', { window: '1M', page: '2M', levels: '2' }],
    ['a table of 16 MiB', { window: '128G', levels: '1' }],
    ['more than the memory of the machine', { window: '1T', levels: '2', ram: '16G' }],
  ])('accepts %s', (_what, words) => {
    expect(line(words).result).toBe('created');
  });

  test('refuses nothing before the charge with a leak, and everything after it with one', () => {
    const early = lines({ window: '1G,3G,0', page: '64K,16M', levels: '0,6' });
    expect(early.map(({ leakedBytes }) => leakedBytes)).toEqual(new Array(12).fill(0));
    expect(line({ window: '256G', levels: '1' }).leakedBytes).toBe(64 * MiB);
  });

  test('counts the rlimit before it looks for blocks, and charges nothing then', () => {
    expect(line({ window: '1T', levels: '1', memlock: '8M' })).toMatchObject({
      result: 'ENOMEM',
      reason: '256 MiB of locked memory wanted, 0 B of 8 MiB in use (RLIMIT_MEMLOCK)',
      orderWanted: null,
      lockedBytes: 0,
    });
  });

  test('lets a default window fit 8 MiB exactly, but not with one more registered page', () => {
    const words = { window: '2G', page: '4K', levels: '1', memlock: '8M' };
    expect(line(words).result).toBe('created');
    expect(line({ ...words, registered: '64K' })).toMatchObject({ result: 'ENOMEM' });
  });

  test('refuses memory that the rlimit does not hold before any window is asked for', () => {
    expect(line({ window: '2G', levels: '1', registered: '1G', memlock: '64M' })).toMatchObject({
      result: 'ENOMEM',
      call: 'REGISTER',
      lockedBytes: 0,
    });
  });
});

describe('a fragmented host', () => {
  const words = { buddyinfo: buddyinfo(...FRAGMENTED) };

  test('with 440 MiB free has no 4 MiB block for the default window', () => {
    const [one, two] = lines({ ...words, window: '2G', page: '4K', levels: '1,2' });
    expect(one).toMatchObject({
      result: 'ENOMEM',
      order: 6,
      orderWanted: 6,
      availableOrder: 5,
      reason:
        'level 0 of the hardware table wants a block of order 6 (4 MiB), ' +
        'the largest free is order 5 (2 MiB), 440.5 MiB free in all',
    });
    expect(two).toMatchObject({ result: 'created', order: 0, createdBytes: 131072 });
  });

  test('creates nothing at all while the default window is in the way', () => {
    expect(results({ ...words, window: '1T', slot: '1' })).toEqual(new Array(5).fill('ENOMEM'));
    expect(results({ ...words, window: '1T' })[1]).toBe('created');
  });

  test('needs the block twice, for the table and for its mirror', () => {
    const once = {
      window: '2G',
      page: '4K',
      levels: '1',
      buddyinfo: buddyinfo(0, 0, 0, 0, 0, 0, 1, 0, 0),
    };
    expect(line(once)).toMatchObject({
      result: 'ENOMEM',
      reason: expect.stringMatching(/mirror table/),
    });
    const twice = { ...once, buddyinfo: buddyinfo(0, 0, 0, 0, 0, 0, 2, 0, 0) };
    expect(line(twice).result).toBe('created');
    const larger = { ...once, buddyinfo: buddyinfo(0, 0, 0, 0, 0, 0, 0, 1, 0) };
    expect(line(larger).result).toBe('created');
  });

  test('takes a file of the kernel it is asked about only', () => {
    expect(() => lines({ ...words, kernel: '6.12-4k', window: '1T' })).toThrow(
      /expected a kernel with pages of 4K, got 9 orders, as with 64K/,
    );
  });
});

describe('where the window lands', () => {
  test('at 0 with the default window removed, at bit 59 behind it otherwise', () => {
    const words = { window: '1T', levels: '2' };
    expect(line(words)).toMatchObject({ busAddress: '0x0', lockedBytes: 268566528 });
    expect(line({ ...words, slot: '1' })).toMatchObject({
      busAddress: '0x800000000000000',
      chargedBytes: 268566528,
      lockedBytes: 268566528 + 8 * MiB,
    });
  });

  test('its TVE names levels, table size and page', () => {
    // V1 of the walk: 3 levels of 64K and 4K pages are ...4501, 2 levels and 64K pages ...2505.
    expect(line({ window: '2G', page: '4K', levels: '3' }).tve).toMatch(/4501$/);
    expect(line({ window: '1T', levels: '2' }).tve).toMatch(/2505$/);
  });
});

describe('Linux 4.2', () => {
  const words = { kernel: '4.2-64k' };

  test('refuses a window that is larger than the memory of the machine', () => {
    expect(line({ ...words, window: '128G', levels: '2' })).toMatchObject({
      result: 'EINVAL',
      reason: "window size: expected at most the machine's memory, 64G, got 128G",
    });
    expect(line({ ...words, window: '128G', levels: '2', ram: '128G' }).result).toBe('created');
  });

  test('makes every table of 1 TiB at once, and an array of addresses beside them', () => {
    const asked = { ...words, ram: '1T', window: '1T', levels: '2' };
    const { createdBytes, fullBytes, chargedBytes } = line(asked);
    expect(fullBytes).toBe(createdBytes);
    expect(createdBytes).toBe((1 + 2048) * 65536 + 128 * MiB);
    expect(chargedBytes).toBe(134283264 + 128 * MiB);
  });

  test('has no limit on the bits that a table reaches', () => {
    const fourEleven = { ...words, ram: '1T', window: '1T' };
    expect(results(fourEleven)).toEqual(['ENOMEM', ...new Array(4).fill('created')]);
  });

  test('gives the charge of a refused window back', () => {
    const { result, leakedBytes, lockedBytes } = line({
      ...words,
      window: '64G',
      page: '4K',
      levels: '1',
    });
    expect([result, leakedBytes, lockedBytes]).toEqual(['ENOMEM', 0, 0]);
  });

  test('offers 16 MiB pages that the firmware of a PHB4 refuses', () => {
    expect(line({ ...words, window: '1G', page: '16M', levels: '1' })).toMatchObject({
      result: 'EPERM',
      rc: -1,
      reason: expect.stringMatching(/^the firmware refused .*OPAL -1$/),
    });
    expect(line({ ...words, window: '1G', page: '2M', levels: '1' }).result).toBe('EINVAL');
  });

  test('is not simulated where it would make millions of tables', () => {
    const huge = { ...words, ram: '512T', window: '256T', page: '4K', levels: '2' };
    expect(line(huge)).toMatchObject({
      result: 'not simulated',
      rc: null,
      reason: expect.stringMatching(
        /makes all [\d,]+ blocks of the tables at once; at most 4,194,304/,
      ),
    });
    // One level is refused before anything is made: no block is that large.
    expect(line({ ...huge, levels: '1' }).result).toBe('ENOMEM');
  });
});

describe('Linux 4.19, 5.17 and 6.12', () => {
  test.each(['4.19', '5.17', '6.12'])('%s answer 1 TiB of 64K pages alike', (version) => {
    const answers = (pages: string) => results({ kernel: `${version}-${pages}`, window: '1T' });
    expect(answers('64k')).toEqual(['ENOMEM', 'created', 'EINVAL', 'EINVAL', 'EINVAL']);
    expect(answers('4k')).toEqual(['ENOMEM', 'created', 'created', 'created', 'EINVAL']);
  });
});

describe('a pseries kernel', () => {
  const words = { kernel: '6.12-pseries-64k', hypervisor: 'qemu', window: '1G' };

  test('has one level, takes none for one, and charges 4 GiB - 64 KiB for two', () => {
    const [none, one, two] = lines({ ...words, levels: '0..2' });
    expect([none.result, one.result, two.result]).toEqual(['created', 'created', 'EINVAL']);
    expect(one.chargedBytes).toBe(131072);
    expect(two).toMatchObject({ leakedBytes: 2 ** 32 - 65536, lockedBytes: 2 ** 32 - 65536 });
  });

  test('has its first window wherever the hypervisor puts it', () => {
    expect(line({ ...words, levels: '1' }).busAddress).toBe('0x800000000000000');
    expect(line({ ...words, levels: '1' }).tve).toBe('0x0000000000000000');
  });

  test('under PowerVM is refused more TCEs than the adapter has left', () => {
    const powervm = { ...words, hypervisor: 'powervm', levels: '1', window: '64G' };
    expect(line(powervm)).toMatchObject({
      result: 'EINVAL',
      reason: expect.stringMatching(/largest DDW block has 32768/),
    });
    expect(line({ ...powervm, page: '2M' }).result).toBe('created');
  });

  test('before 6.11 opens no v2 container', () => {
    expect(line({ ...words, kernel: '5.17-pseries-64k', levels: '1' })).toMatchObject({
      result: 'EPERM',
      call: 'attach',
    });
  });
});
