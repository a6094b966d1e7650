/** Which window is advised, why, and what would allow a better one. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parseSize } from '../../models/size.ts';
import { adviceRecord } from '../../sim/window/advice-report.ts';
import { advise } from '../../sim/window/advise.ts';
import { type CircumstanceFlags, levelsOf, pageShiftsOf } from '../../sim/window/question.ts';
import { circumstances } from './ask.ts';

interface AdviseWords extends Partial<CircumstanceFlags> {
  readonly window: string;
  readonly page?: string;
  readonly mask?: number;
  readonly mapped?: string;
}

/** The advice for some flags, as a program reads it. */
function advice({ window, page, mask = 64, mapped = '0', ...rest }: AdviseWords) {
  return adviceRecord(
    advise({
      circumstances: circumstances(rest),
      windowBytes: parseSize(window, 'window'),
      pageShifts: page === undefined ? undefined : pageShiftsOf(page),
      levels: levelsOf('1..5'),
      purpose: { deviceMaskBits: mask, mappedBytes: parseSize(mapped, 'mapped') },
    }),
  );
}

/** Page, levels and order of the best window. */
function best(words: AdviseWords) {
  const found = advice(words).best;
  return found && [found.pageBytes, found.levels, found.order];
}

const folder = mkdtempSync(join(tmpdir(), 'tcesim-advise-'));
afterAll(() => rmSync(folder, { recursive: true }));
const FRAGMENTED = join(folder, 'fragmented');
writeFileSync(FRAGMENTED, 'Node 0, zone Normal 4000 900 200 40 6 1 0 0 0\n');

const K4 = 4096;
const K64 = 65536;
const M2 = 2 ** 21;
const G1 = 2 ** 30;

describe('the best window', () => {
  test.each([
    ['1T on ordinary memory', { window: '1T' }, [K64, 2, 0]],
    ['64G on ordinary memory', { window: '64G' }, [K64, 1, 7]],
    ['64G on a fragmented host', { window: '64G', buddyinfo: FRAGMENTED }, [K64, 2, 0]],
    ['2G on a fragmented host', { window: '2G', buddyinfo: FRAGMENTED }, [K64, 1, 2]],
    ['1T on huge pages of 2M', { window: '1T', backing: '2M' }, [M2, 1, 6]],
    ['1T on huge pages of 1G', { window: '1T', backing: '1G' }, [G1, 1, 0]],
    ['512M, the same with any page', { window: '512M', backing: '2M' }, [M2, 1, 0]],
    ['1T of 4K pages alone', { window: '1T', page: '4K' }, [K4, 2, 1]],
    ['1T on a 4K kernel', { window: '1T', kernel: '6.12-4k' }, [K4, 2, 5]],
    [
      '1T on a 4K kernel and 64K pages',
      { window: '1T', kernel: '6.12-4k', backing: '64K' },
      [K64, 2, 3],
    ],
    ['4G on PHB3 and 16M pages', { window: '4G', phb: 'phb3', backing: '16M' }, [2 ** 24, 1, 0]],
  ])('for %s', (_what, words, wanted) => {
    expect(best(words)).toEqual(wanted);
  });

  test('is the first of the candidates, and no candidate that works needs fewer reads', () => {
    const { candidates, best: first } = advice({ window: '1T' });
    expect(candidates[0]).toEqual(first);
    const working = candidates.filter(({ works }) => works);
    expect(Math.min(...working.map(({ readsPerMiss }) => Number(readsPerMiss)))).toBe(2);
    expect(candidates.findLastIndex(({ works }) => works)).toBe(working.length - 1);
  });

  test('of equal reads is the one that is charged less, with the smaller blocks', () => {
    const working = advice({ window: '1T' }).candidates.filter(({ works }) => works);
    expect(working.map(({ pageBytes, levels, order }) => [pageBytes, levels, order])).toEqual([
      [K64, 2, 0],
      [K4, 2, 1],
      [K4, 3, 0],
    ]);
  });
});

describe('a window is of no use', () => {
  /** The problem of a page and level count. */
  function problem(words: AdviseWords, pageBytes: number, levels: number) {
    const { candidates } = advice(words);
    return candidates.find((each) => each.pageBytes === pageBytes && each.levels === levels)
      ?.problem;
  }

  test('where its pages are larger than those of the memory behind it', () => {
    expect(problem({ window: '1T' }, M2, 1)).toMatch(
      /^MAP: EINVAL: .* larger than the pages of 64K/,
    );
    expect(problem({ window: '1T', backing: '2M' }, M2, 1)).toBeNull();
  });

  test('where the device does not reach it, to the bit', () => {
    expect(problem({ window: '1G', mask: 30 }, K64, 1)).toBeNull();
    expect(problem({ window: '1G', mask: 29 }, K64, 1)).toBe(
      'out of reach: the window at 0x0 ends at 0x3fffffff, beyond 29 address bits',
    );
    expect(problem({ window: '1G', mask: 29, mapped: '512M' }, K64, 1)).toBeNull();
    expect(problem({ window: '1G', mask: 29, mapped: '513M' }, K64, 1)).toMatch(
      /^out of reach: 513M mapped at 0x0 ends at 0x200fffff,/,
    );
    expect(problem({ window: '1T', slot: '1', mask: 59 }, K64, 2)).toMatch(/^out of reach/);
    expect(problem({ window: '1T', slot: '1', mask: 60 }, K64, 2)).toBeNull();
  });

  test('where the leaves find no block once memory is mapped', () => {
    // 100 pages hold the root, the middle and 48 leaves of each tree, of 32 MiB each.
    const few = join(folder, 'few');
    writeFileSync(few, 'Node 0, zone Normal 100 0 0 0 0 0 0 0 0\n');
    const words = { window: '1T', page: '4K', buddyinfo: few };
    expect(problem(words, K4, 3)).toBeNull();
    expect(problem({ ...words, mapped: '1536M' }, K4, 3)).toBeNull();
    expect(problem({ ...words, mapped: '1537M' }, K4, 3)).toMatch(/^MAP: ENOMEM: level 0 of the/);
    expect(advice({ window: '1T', buddyinfo: few, mapped: '4G' }).best).toMatchObject({
      pageBytes: K64,
      // 4 GiB of 64K pages: 8 leaves and a root in each tree.
      filledBytes: 2 * 9 * K64,
    });
  });

  test('where ulimit -l does not hold the mapped memory and the tables', () => {
    const words = { window: '64G', page: '64K', mapped: '32G' };
    expect(advice({ ...words, memlock: '31G' }).best).toBeNull();
    expect(best({ ...words, memlock: '33G' })).toEqual([K64, 1, 7]);
    expect(problem({ ...words, memlock: '31G' }, K64, 1)).toMatch(/^REGISTER: ENOMEM: 32 GiB/);
  });

  test('where the mapped memory does not fit beside 32-bit MMIO, to the page', () => {
    const words = { window: '8G', page: '64K' };
    expect(problem({ ...words, mapped: '6G' }, K64, 1)).toBeNull();
    expect(problem({ ...words, mapped: '6145M' }, K64, 1)).toBe(
      'too small: 6145M mapped, and 6 GiB of the window are left: bus addresses 2G to 4G are 32-bit MMIO',
    );
    expect(problem({ ...words, mapped: '8G', slot: '1' }, K64, 1)).toBeNull();
    expect(problem({ ...words, window: '2G', mapped: '2G' }, K64, 1)).toBeNull();
    // What lies behind the hole needs a bit more.
    expect(problem({ ...words, mapped: '3G', mask: 32 }, K64, 1)).toMatch(
      /^out of reach: .* ends at 0x13fffffff,/,
    );
    expect(problem({ ...words, mapped: '2G', mask: 32 }, K64, 1)).toBeNull();
  });

  test('first of all where CREATE refuses it', () => {
    expect(problem({ window: '1T' }, M2, 3)).toMatch(/^CREATE: EINVAL/);
    expect(problem({ window: '1T' }, M2, 1)).toMatch(/^MAP: EINVAL/);
  });

  test('where nothing says so, if it would take minutes to fill', () => {
    const words = { window: '1T', page: '4K', mapped: '512G', ram: '1T' };
    expect(problem(words, K4, 3)).toMatch(/^not simulated: at most 256 GiB/);
  });
});

describe('the reasons', () => {
  test('tell the refusal of each smaller level count', () => {
    const { reasons } = advice({ window: '1T' });
    expect(reasons).toContain(
      '2 reads of memory for each TCE cache miss, the fewest of all windows that work.',
    );
    expect(reasons.join(' ')).toMatch(/Not 1 level: CREATE: ENOMEM: .*order 11 \(128 MiB\)/);
  });

  test('count the blocks that the host has', () => {
    // 40 blocks of order 3, 6 of 4 and 1 of 5 are 200 + 2 * 40 + 4 * 6 + 8 of order 2.
    expect(advice({ window: '2G', buddyinfo: FRAGMENTED }).reasons).toContain(
      'Each table is one block of order 2 (256 KiB), which Linux counts as cheap; ' +
        'the host has 312 of them free.',
    );
  });

  test('name the fallback of a window whose blocks become rare', () => {
    expect(advice({ window: '64G' }).cautions).toContain(
      'Blocks of order 7 become rare as memory fragments; 64K pages, 2 levels would do with order 0.',
    );
    expect(advice({ window: '1T' }).cautions.join(' ')).not.toContain('become rare');
  });

  test('warn of 32-bit MMIO inside of a window at 0 of more than 2 GiB', () => {
    const warns = (words: AdviseWords) => /MMIO/.test(advice(words).cautions.join(' '));
    expect(warns({ window: '4G' })).toBe(true);
    expect(warns({ window: '2G' })).toBe(false);
    expect(warns({ window: '4G', slot: '1' })).toBe(false);
  });

  test('gather the problems where nothing works', () => {
    const { best: none, reasons } = advice({ window: '3G' });
    expect(none).toBeNull();
    expect(reasons[0]).toBe('None of 20 windows works on this host.');
    expect(reasons.join(' ')).toContain('expected a power of two, got 3G');
  });
});

describe('what would allow a better one', () => {
  /** The changes, and page and levels of what they would allow. */
  function changes(words: AdviseWords) {
    return advice(words).improvements.map((each) => [
      each.change,
      each.best.pageBytes,
      each.best.levels,
    ]);
  }

  test('removing the default window, where it cannot be made or is out of reach', () => {
    const change = 'slot 0 free (the default window removed first)';
    const fragmented = { window: '64G', slot: '1', buddyinfo: FRAGMENTED };
    expect(changes(fragmented)[0]).toEqual([change, K64, 2]);
    expect(changes({ window: '64G', slot: '1', mask: 40 })[0]).toEqual([change, K64, 1]);
    expect(changes({ window: '64G', slot: '1' }).map(([what]) => what)).not.toContain(change);
  });

  test('a higher ulimit, where that is what refuses', () => {
    expect(changes({ window: '1T', memlock: '8M' })[0]).toEqual(['a higher ulimit -l', K64, 2]);
    expect(changes({ window: '1T', memlock: '1G' }).map(([what]) => what)).not.toContain(
      'a higher ulimit -l',
    );
  });

  test('names the ulimit in KiB that is just enough', () => {
    const { improvements } = advice({ window: '64G', memlock: '64K' });
    expect(improvements[0].sentence).toMatch(/^With a higher ulimit -l, 16,384 KiB at least:/);
    expect(advice({ window: '64G', memlock: '16384K' }).best).not.toBeNull();
    expect(best({ window: '64G', page: '64K', memlock: '16383K' })).toBeNull();
  });

  test('another size: a power of two, one with room, the memory, what the device reaches', () => {
    const size = (words: AdviseWords) => changes(words)[0];
    expect(size({ window: '3G' })).toEqual(['a window of 4G (the next power of two)', K64, 1]);
    expect(size({ window: '4G', mapped: '4G' })).toEqual([
      'a window of 8G (the next size up, with room beside 32-bit MMIO)',
      K64,
      1,
    ]);
    expect(size({ window: '128G', kernel: '4.18-64k', ram: '100G' })).toEqual([
      "a window of 64G (at most the machine's memory)",
      K64,
      1,
    ]);
    expect(size({ window: '1T', mask: 36 })).toEqual([
      'a window of 64G (all that the device reaches)',
      K64,
      1,
    ]);
    // 64 GiB around the hole end 2 GiB behind 2^36.
    expect(changes({ window: '1T', mask: 36, mapped: '64G' })).toEqual([
      ['a device of 37 address bits', K64, 2],
    ]);
  });

  test('huge pages, other IO pages, memory in large blocks', () => {
    expect(changes({ window: '64G', buddyinfo: FRAGMENTED })).toEqual([
      ['free memory in large blocks, as after a boot', K64, 1],
      ['memory in huge pages of 2M', M2, 1],
      ['memory in huge pages of 1G', G1, 1],
    ]);
    expect(changes({ window: '64G', page: '4K', backing: '64K' })[0]).toEqual([
      'another IO page',
      K64,
      1,
    ]);
    expect(changes({ window: '64G', backing: '1G' })).toEqual([]);
  });
});

test('problems that differ in figures alone are one sentence', () => {
  const { reasons } = advice({ window: '64G', memlock: '64K' });
  expect(reasons).toHaveLength(2);
  expect(reasons[1]).toMatch(
    /^4K pages with 1, 2, 3, 4, 5 levels; 64K .*\(figures of the first\)\.$/,
  );
});

test('windows that are refused come by page and levels, and are charged nothing', () => {
  const { candidates } = advice({ window: '1T', page: '64K,4K' });
  const refused = candidates.filter(({ works }) => !works);
  expect(refused.map(({ pageBytes, levels }) => [pageBytes, levels])).toEqual([
    [K4, 1],
    [K4, 4],
    [K4, 5],
    [K64, 1],
    [K64, 3],
    [K64, 4],
    [K64, 5],
  ]);
  expect(new Set(refused.map(({ chargedBytes }) => chargedBytes))).toEqual(new Set([null]));
});

test('memory that the host has not is refused', () => {
  expect(() => advice({ window: '256G', mapped: '128G' })).toThrow(
    "--mapped: expected at most the host's memory, 64G (--ram), got 128G",
  );
});

test('memory larger than the window is refused', () => {
  expect(() => advice({ window: '2G', mapped: '4G' })).toThrow(
    "--mapped: expected at most the window's 2G, got 4G",
  );
});

test('the same question has the same answer', () => {
  const words = { window: '1T', buddyinfo: FRAGMENTED, mapped: '64M' };
  expect(advice(words)).toEqual(advice(words));
});
