/** `tcesim buddy`: what a copy of /proc/buddyinfo means for TCE tables. */
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { start, succeed, tcesim, workFolder } from './command.ts';

const inFolder = workFolder();
const COUNTS = '   4000    900    200     40      6      1      0      0      0 ';

/** A file with these lines; answers its path. */
function fileOf(name: string, ...lines: string[]): string {
  const path = inFolder(name);
  writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
  return path;
}

const gpu = fileOf(
  'gpu.txt',
  `Node 0, zone   Normal ${COUNTS}`,
  `Node 252, zone  Movable ${COUNTS}`,
);
const one = fileOf('one.txt', `Node 0, zone   Normal ${COUNTS}`);

async function json(...args: string[]) {
  return JSON.parse(await succeed('buddy', ...args, '--format', 'json'));
}

describe('the account of a host', () => {
  test('has free memory and both indices by order', async () => {
    const { kernelPage, zones } = await json(one);
    expect(kernelPage).toBe('64K');
    expect(zones).toHaveLength(1);
    expect(zones[0]).toMatchObject({
      node: 0,
      zone: 'Normal',
      holdsTables: true,
      freeBytes: 7048 * 65_536,
      largestFreeOrder: 5,
    });
    expect(zones[0].orders[6]).toEqual({
      order: 6,
      blockBytes: 4 * 2 ** 20,
      freeBlocks: 0,
      freeBytes: 0,
      unusableIndex: 1,
      fragmentationIndex: 0.979,
    });
    expect(zones[0].orders[3]).toMatchObject({ freeBlocks: 40, fragmentationIndex: -1 });
  });

  test('names for each IO page and level count the largest window that finds two blocks', async () => {
    const { tables, tablesOfNode } = await json(one);
    expect(tablesOfNode).toBeNull();
    const found = (page: string, levels: number) =>
      tables.find((table: { page: string; levels: number }) => {
        return table.page === page && table.levels === levels;
      });
    // One block of 2 MiB is free and six of 1 MiB: two of order 4 are the most.
    expect(found('64K', 1)).toEqual({
      page: '64K',
      phbs: [],
      levels: 1,
      largestWindow: '8G',
      order: 4,
      blockBytes: 2 ** 20,
      limit: 'ENOMEM',
      isWatermark: false,
    });
    // 2 GiB of 4K pages are a table of 4 MiB.
    expect(found('4K', 1)).toMatchObject({ largestWindow: null, limit: 'ENOMEM' });
    expect(found('64K', 2)).toMatchObject({ largestWindow: '64T', order: 2, limit: null });
    expect(found('64K', 3)).toMatchObject({ largestWindow: null, limit: 'EINVAL' });
    expect(found('4K', 3)).toMatchObject({ largestWindow: '64T', order: 0 });
    expect(found('1G', 2)).toMatchObject({ largestWindow: null, limit: 'EINVAL' });
  });

  test('reads like this', async () => {
    const text = await succeed('buddy', one);
    expect(text).toMatch(/^ {2}6 +4M +0 +0 B +1\.000 +0\.979$/m);
    expect(text).toMatch(/^ {2}64K +all +8G \(4\) +64T \(2\) +EINVAL +EINVAL +EINVAL$/m);
    expect(text).toContain('440.5 MiB free; the largest block is order 5 (2 MiB).');
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  test('comes as a table for spreadsheets and as Markdown, too', async () => {
    const csv = (await succeed('buddy', one, '--format', 'csv')).trimEnd().split('\n');
    expect(csv).toHaveLength(10);
    expect(csv[0]).toBe(
      'node,zone,order,blockBytes,freeBlocks,freeBytes,unusableIndex,fragmentationIndex',
    );
    expect(csv[7]).toBe('0,Normal,6,4194304,0,0,1,0.979');
    expect(await succeed('buddy', one, '--format', 'markdown')).toContain(
      '| 64K | all | 8G (4) | 64T (2) | EINVAL | EINVAL | EINVAL |',
    );
  });

  test('has the IO pages of the PHB that is named, or says which PHB has them', async () => {
    const pages = async (...flags: string[]) => {
      const { tables } = await json(one, ...flags);
      return [...new Set(tables.map(({ page }: { page: string }) => page))];
    };
    expect(await pages()).toEqual(['4K', '64K', '2M', '16M', '256M', '1G']);
    expect(await pages('--phb', 'phb3')).toEqual(['4K', '64K', '16M', '256M']);
    expect(await pages('--phb', 'phb4')).toEqual(['4K', '64K', '2M', '1G']);
    expect(await succeed('buddy', one)).toMatch(/^ {2}2M +PHB4, PHB5 +256G/m);
    expect(await succeed('buddy', one, '--phb', 'phb4')).toMatch(/^ {2}2M +256G/m);
  });

  test('explains what stands in the table, and nothing else', async () => {
    const text = (await succeed('buddy', one)).replace(/\s+/g, ' ');
    expect(text).toContain('Windows from 2G to 64T, where the search ends.');
    expect(text).toMatch(/EINVAL: .* ENOMEM: not even 2G/);
    const rich = fileOf('rich.txt', `Node 0, zone   Normal ${'9 '.repeat(9)}`);
    expect(await succeed('buddy', rich)).not.toContain('ENOMEM:');
  });

  test('takes no endless standard input', async () => {
    const { code, stderr } = await start(['buddy', '-'], 'Node 0, zone\n'.repeat(90_000)).ended;
    expect([code, stderr]).toEqual([
      3,
      'tcesim: standard input: expected at most 1048576 bytes, got more\n',
    ]);
  });

  test('says in one line that standard input is a directory', () => {
    const main = fileURLToPath(new URL('../../dist/sim/cli/main.js', import.meta.url));
    const folder = openSync(inFolder('.'), 'r');
    const { status, stderr } = spawnSync(process.execPath, [main, 'buddy', '-'], {
      stdio: [folder, 'pipe', 'pipe'],
    });
    closeSync(folder);
    expect([status, stderr.toString()]).toEqual([
      3,
      'tcesim: standard input: expected a file, got a directory\n',
    ]);
  });

  test('takes its file from standard input', async () => {
    const { code, stdout } = await start(['buddy', '-'], `Node 0, zone   Normal ${COUNTS}\r\n`)
      .ended;
    expect(code).toBe(0);
    expect(stdout).toContain('standard input: kernel with 64K pages, orders 0 to 8');
  });

  test('counts all nodes for tables, the named one first, but no zone that holds none', async () => {
    const file = fileOf(
      'nodes.txt',
      `Node 0, zone   Normal ${COUNTS}`,
      `Node 8, zone   Normal ${'0 '.repeat(8)} 2`,
      `Node 8, zone  Movable ${'9 '.repeat(9)}`,
    );
    const account = await json(file, '--node', '8');
    expect(account.askedZones).toEqual([
      { node: 8, zone: 'Normal' },
      { node: 0, zone: 'Normal' },
    ]);
    expect(account.zones[2].holdsTables).toBe(false);
    expect(account.tables[5]).toMatchObject({ page: '64K', levels: 1, largestWindow: '128G' });
    // Blocks of order 8 in node 8 alone; node 0 behind it has small ones, which two levels need.
    expect(account.node).toBe(8);
    const alone = account.tablesOfNode.filter(({ page }: { page: string }) => page === '64K');
    expect(alone[0]).toMatchObject({ levels: 1, largestWindow: '128G' });
    const report = await succeed('buddy', file, '--node', '8');
    expect(report.match(/^(Node|Largest).*$/gm)).toEqual([
      'Node 8, zone Normal',
      'Node 8, zone Movable',
      'Node 0, zone Normal',
      'Largest window that can be created now from node 8 alone, by levels',
      'Largest window that can be created now with the other nodes behind it',
    ]);
    const words = (await succeed('buddy', file)).replace(/\s+/g, ' ');
    expect(words).toContain('No TCE table comes from this zone.');
  });

  test('keeps the watermarks of a host whose memory is told', async () => {
    const { watermark, tables } = await json(one, '--ram', '64G');
    expect(watermark).toEqual({ minPages: 512, lowPages: 1560, reservePages: 0 });
    expect(tables[5].largestWindow).toBe('8G');
    // 1200 MiB are 19200 pages; 3/8 of them, 7200, are more than the 7048 that are free.
    const kept = await json(one, '--ram', '64G', '--min-free', '1200M');
    expect(kept.watermark.minPages).toBe(19_200);
    expect(kept.tables[6]).toMatchObject({ levels: 2, largestWindow: null, limit: 'ENOMEM' });
    expect(kept.tables[6].isWatermark).toBe(true);
  });

  test('marks what the watermark refuses, and tells how --ram was shared out', async () => {
    const text = await succeed('buddy', one, '--ram', '64G', '--min-free', '1200M');
    expect(text).toMatch(/^ {2}64K +all +ENOMEM\* +ENOMEM\* +EINVAL/m);
    expect(text.replace(/\s+/g, ' ')).toContain(
      '*: blocks are large enough for more, but the watermark keeps them.',
    );
    expect(text).not.toContain('shared out');
    expect(await succeed('buddy', one, '--ram', '64G')).not.toContain('*');
    const two = fileOf(
      'two.txt',
      `Node 0, zone   Normal ${COUNTS}`,
      `Node 8, zone   Normal ${COUNTS}`,
    );
    const words = (await succeed('buddy', two, '--ram', '64G')).replace(/\s+/g, ' ');
    expect(words).toContain('--ram is shared out evenly over the 2 zones');
  });
});

describe('a generated host', () => {
  const made = (...args: string[]) =>
    succeed('buddy', '--generate', 'aged', '--ram', '1G', ...args);

  test('is printed as a kernel prints it, and read again', async () => {
    const text = await made('--seed', 's');
    expect(text).toMatch(/^Node 0, zone {3}Normal( +\d+){9} \n$/);
    expect(await made('--seed', 's')).toBe(text);
    expect(await made('--seed', 't')).not.toBe(text);
    const { stdout, code } = await start(['buddy', '-', '--format', 'json'], text).ended;
    expect(code).toBe(0);
    // A tenth of the memory is free.
    expect(JSON.parse(stdout).zones[0].freeBytes).toBe(Math.floor(16_384 / 10) * 65_536);
  });

  test('has the orders of its page size and its own parameters', async () => {
    const text = await made('--page-size', '4K', '--free', '0.5', '--extent', '1M');
    expect(text.trim().split(/\s+/)).toHaveLength(4 + 13);
    expect(await made('--page-size', '4K', '--free', '0.5')).not.toBe(text);
    expect(await made('--free', '.5')).toBe(await made('--free', '0.5'));
  });
});

describe('what cannot be used', () => {
  test.each([
    [[], 2, 'buddy: expected FILE, - or --generate PAST'],
    [['no-such-file'], 3, 'no-such-file: no such file'],
    [[one, '--generate', 'aged'], 2, 'buddy: expected FILE or --generate, got both'],
    [[one, '--free', '0.5'], 2, 'buddy: --free expected with --generate only'],
    [[one, '--min-free', '1M'], 2, 'buddy: --min-free expected with --ram, which shares it out'],
    [[one, '--node', '3'], 3, "--node: expected a node of the file, 0, got '3'"],
    [[one, '--node', 'x'], 3, "--node: expected a whole number, got 'x'"],
    [
      [gpu, '--node', '252'],
      3,
      "--node: expected a node with a zone for tables, 0, got '252', which has zone Movable only",
    ],
    [[one, '--ram', '64M'], 3, '--ram: expected at least what is free, 440.5 MiB, got 64 MiB'],
    [
      [one, '--ram', '1G', '--min-free', '2G'],
      3,
      '--min-free: expected less than --ram, 1 GiB, got 2 GiB',
    ],
    [[one, '--seed', '3'], 2, 'buddy: --seed expected with --generate only'],
    [['/dev/zero'], 3, '/dev/zero: expected at most 1048576 bytes, got more'],
    [
      ['--generate', 'fresh', '--ram', '1P'],
      3,
      '--ram: expected at most 32T in pages of 64K with 1 step, got 1P: it would take minutes',
    ],
    [
      ['--generate', 'aged', '--ram', '64T', '--steps', '1000'],
      3,
      '--ram: expected at most 32G in pages of 64K with 1000 steps, got 64T: it would take minutes',
    ],
    [[one, '--page-size', '8K'], 3, "--page-size: expected 4K or 64K, got '8K'"],
    [[one, '--ram', '64'], 3, "--ram: expected 1M to 1P, got '64'"],
    [['--generate', 'agd'], 3, "--generate: unknown past 'agd', did you mean 'aged'?"],
    [['--generate', 'aged', '--free', '2'], 3, '--free: expected a share from 0 to 0.95, got 2'],
    [
      ['--generate', 'aged', '--format', 'json'],
      2,
      'buddy: --format expected without --generate, which prints a buddyinfo',
    ],
    [['--generate', 'aged', '--steps', 'x'], 3, "--steps: expected a number, got 'x'"],
    [
      ['--generate', 'fresh', '--steps', '3'],
      3,
      "--steps: no parameter of 'fresh', which has boot, holes",
    ],
  ])('%j ends with code %i and one line', async (args, code, message) => {
    const ended = await tcesim('buddy', ...args);
    expect([ended.code, ended.stderr]).toEqual([code, `tcesim: ${message}\n`]);
    expect(ended.stdout).toBe('');
  });

  test('in a file is told with its line', async () => {
    const file = fileOf(
      'cut.txt',
      `Node 0, zone   Normal ${COUNTS}`,
      'Node 8, zone   Normal   4000',
    );
    const { code, stderr } = await tcesim('buddy', file);
    expect([code, stderr]).toEqual([
      3,
      `tcesim: ${file}:2: expected 9 counts as in line 1, got 1\n`,
    ]);
  });
});
