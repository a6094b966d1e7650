/** Output of a program on real kernels, performed again: the same lines, the same tables. */
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { sample, workFolder } from '../cli/command.ts';
import { codes, dataLines, dataPath, type Played, play, printRows } from './rig.ts';

/** A line of a table dump, as JSON has it. */
interface JsonRow {
  seq: number;
  at: string;
  pe: number;
  tve: number;
  val: string;
  levels: number;
  tts: number;
  ps: number;
  pages: { addr: string; entries: Record<string, string> }[];
  leaves: [string, string][];
}

const path = workFolder();
const POWERNV = 'pn9-64k-vfio.ioctls.txt';
const PSERIES = 'ps64k-vfio.ioctls.txt';
const TABLES = dataPath('pn9-64k-vfio.tables.jsonl');
const captures = [
  { file: POWERNV, kernel: '6.12-64k', tables: TABLES },
  { file: PSERIES, kernel: '6.12-pseries-64k' },
];

/** Results and writes as they stand in a capture: every `rc=`, every `start=` behind one, GET_INFO's six. */
function countResults(lines: readonly string[]): { compared: number; unseen: number } {
  const text = lines.join('\n');
  const count = (pattern: RegExp) => [...text.matchAll(pattern)].length;
  const unseen = count(/ram_changed=-1/g);
  const writes = count(/ram_changed=/g) - unseen;
  return { compared: count(/\brc=/g) + count(/^CREATE.*start=/gm) + 6 + writes, unseen };
}

describe.each(captures)('$file', ({ file, ...stage }) => {
  const lines = dataLines(file);
  const played = play(lines, stage);

  test('is printed as the program printed it, to the byte', () => {
    expect(played.lines).toEqual(lines);
  });

  test('has every result compared, and none differs', () => {
    const { compared, unseen } = countResults(lines);
    expect(played.differences).toEqual([]);
    expect(played.results).toMatchObject({ compared, differing: 0, unseen });
  });

  test('gives the same without its results: nothing is copied', () => {
    const bare = lines.map((line) => line.replace(/ rc=.*/, '').replace(/ ram_changed=[01]$/, ''));
    expect(play(bare, stage).lines).toEqual(lines);
  });

  test('is noticed where any one result is another', () => {
    const altered = lines.map((line) => ({ line, text: otherResult(line) }));
    const all = altered.map(({ text }) => text);
    const changed = altered.filter(({ line, text }) => line !== text).length;
    expect(changed).toBeGreaterThan(100);
    expect(play(all, { kernel: stage.kernel }).differences).toHaveLength(changed);
  });
});

type Change = (row: JsonRow) => unknown;

function replace(leaf: [string, string], tce: string): void {
  leaf[1] = tce;
}

/** A line with its first result replaced by one that no kernel gave. */
function otherResult(line: string): string {
  if (/ram_changed=[01]$/.test(line)) {
    return line.replace(/[01]$/, (digit) => (digit === '0' ? '1' : '0'));
  }
  return line.replace(/ rc=(\S+)/, (_, rc) => (rc === '0' ? ' rc=-14(EFAULT)' : ' rc=0'));
}

describe('tables of the powernv capture', () => {
  const lines = dataLines(POWERNV);
  const rows: JsonRow[] = dataLines('pn9-64k-vfio.tables.jsonl').map((line) => JSON.parse(line));
  const ours = rows.filter(({ pe }) => pe === 509);
  const leafCount = ours.reduce((sum, { leaves }) => sum + leaves.length, 0);
  const blockCount = ours.reduce((sum, { pages }) => sum + pages.length, 0);
  let files = 0;

  function playBeside(changed: readonly object[]): Played {
    files += 1;
    const tables = path(`tables-${files}.jsonl`);
    writeFileSync(tables, changed.map((row) => `${JSON.stringify(row)}\n`).join(''));
    return play(lines, { tables });
  }

  test('agree at all 22 DUMPs, entry by entry', () => {
    const { tables, differences } = play(lines, { tables: TABLES });
    expect(differences).toEqual([]);
    expect(tables).toMatchObject({ dumps: 22, leaves: leafCount, blocks: blockCount });
    expect(leafCount).toBe(240);
  });

  test('agree whatever number the group has as a PE', () => {
    const elsewhere = rows.map((row) =>
      row.pe === 509 ? { ...row, pe: 3, tve: row.tve % 2 } : row,
    );
    expect(playBeside(elsewhere).tables).toMatchObject({ leaves: leafCount, differing: 0 });
  });

  // The third DUMP has a tree of two levels: a root with two leaf tables.
  const third = rows.findIndex(({ seq, pe }) => seq === 3 && pe === 509);
  const alter = (change: Change) => {
    const changed = structuredClone(rows);
    change(changed[third]);
    return changed;
  };

  const changes: [string, Change][] = [
    ['a leaf points elsewhere', (row) => replace(row.leaves[3], '0x12340003')],
    ['a leaf has another permission', (row) => replace(row.leaves[0], '0x17ef0001')],
    ['a leaf is missing', (row) => row.leaves.pop()],
    ['a leaf is too many', (row) => row.leaves.push(['0x3ffe0000', '0x12340003'])],
    ['a table is missing', (row) => row.pages.shift()],
    ['an entry of a table differs', (row) => Object.assign(row.pages[1].entries, { 0: '0x3' })],
    ['an entry leads elsewhere', (row) => Object.assign(row.pages[2].entries, { 0: '0x990003' })],
    ['the TVE has another page size', (row) => Object.assign(row, { val: '0x24a02501' })],
    ['the TVE has more levels', (row) => Object.assign(row, { val: '0x24a04505' })],
  ];

  test.each(changes)('differ at the third where %s', (_what, change) => {
    const { differences } = playBeside(alter(change));
    expect(differences).toHaveLength(1);
    expect(differences[0].where).toBe('script:95: TVE 0');
  });

  test('agree in the other leaves and blocks where one TCE differs', () => {
    const tce = rows[third].leaves[3][1];
    const changed = rows.map((row, at) =>
      at === third ? JSON.parse(JSON.stringify(row).replaceAll(tce, '0x12340003')) : row,
    );
    const { tables, differences } = playBeside(changed);
    expect(differences).toHaveLength(1);
    expect(tables).toMatchObject({ leaves: leafCount - 1, blocks: blockCount - 1, differing: 1 });
  });

  // Three pages from 0x194d0000 on at both DUMPs of the first window.
  const second = '0x194e0001';
  const move = (seqs: readonly number[], to: string) =>
    rows.map((row) =>
      seqs.includes(row.seq) ? JSON.parse(JSON.stringify(row).replaceAll(second, to)) : row,
    );

  test('may have the second page of a mapping elsewhere, which the script does not tell', () => {
    const moved = move([1, 2], '0x55550001');
    const { differences, session } = playBeside(moved);
    // The second does not follow the first, nor the third the second.
    expect(differences).toEqual([]);
    expect(session.mapped.names.scattered).toBe(2);
  });

  test.each([
    ['it moves from one DUMP to the next', [1], '0x55550001'],
    ['it is no whole page of memory', [1, 2], '0x55551001'],
    ['it has another permission', [1, 2], '0x55550003'],
    ['it is the page of another', [1, 2], '0x183e0001'],
  ])('differ at the second page of a mapping where %s', (_what, seqs, to) => {
    expect(playBeside(move(seqs, to)).differences.length).toBeGreaterThan(0);
  });

  test('may say of a TVE that it translates nothing, and then need no tables', () => {
    const bypass = {
      seq: 1,
      at: 'DUMP mapped',
      phb: 0,
      pe: 1,
      tve: 3,
      val: '0x80001080',
      note: '',
    };
    expect(playBeside([...rows, bypass as unknown as JsonRow]).differences).toEqual([]);
  });

  test('are refused where a dump could not be taken', () => {
    expect(() => playBeside([...rows, { error: 'timeout' }])).toThrow(
      'the error of a dump: timeout',
    );
  });

  test('differ where a whole table is not there, or one is that should not be', () => {
    const without = rows.filter((_, index) => index !== third);
    expect(playBeside(without).differences).toEqual([
      { where: 'script:95: TVE 0', wanted: 'no table', got: 'a table' },
    ]);
    const twice = [...rows, { ...rows[third], tve: rows[third].tve + 1 }];
    expect(playBeside(twice).differences).toEqual([
      { where: 'script:95: TVE 1', wanted: 'a table', got: 'no table' },
    ]);
  });

  test('differ where the script ends too early', () => {
    const short = lines.slice(0, lines.lastIndexOf('DUMP half-unmapped'));
    expect(play(short, { tables: TABLES }).differences).toEqual([
      { where: 'script', wanted: '22 DUMP lines', got: '21' },
    ]);
  });

  test('are refused where a DUMP has another name', () => {
    const renamed = alter((row) => Object.assign(row, { at: 'DUMP later' }));
    expect(() => playBeside(renamed)).toThrow("DUMP 3: expected 'DUMP mapped', got 'DUMP later'");
  });

  test('written and read again are the same tables', () => {
    const { dumped } = play(lines);
    const tables = path('ours.jsonl');
    writeFileSync(tables, printRows(dumped));
    expect(play(lines, { tables }).tables).toMatchObject({ leaves: leafCount, differing: 0 });
  });

  test('written have the leaves of the capture', () => {
    const dumped = printRows(play(lines).dumped)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const told = (row: JsonRow) => [
      row.seq,
      row.at,
      row.tve % 2,
      row.levels,
      row.tts,
      row.ps,
      row.leaves,
    ];
    expect(dumped.map(told)).toEqual(ours.map(told));
  });
});

test('every DMA of the powernv capture is refused where QEMU refused it', () => {
  const rows = readFileSync(sample('p9-vfio.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('["dma"'))
    .map((line) => JSON.parse(line));
  const { lines, remarks } = play(dataLines(POWERNV));
  let next = 0;
  let refused = 0;
  let beyond = 0;
  for (const [at, line] of lines.entries()) {
    const [, direction, iova, length] = /^DMA (.) iova=(\S+) len=(\S+)/.exec(line) ?? [];
    if (direction === undefined) continue;
    const isPiece = ([, , , , , address, , way]: string[]) =>
      way === direction.toLowerCase() &&
      BigInt(address) >= BigInt(iova) &&
      BigInt(address) < BigInt(iova) + BigInt(length);
    const first = next;
    while (next < rows.length && isPiece(rows[next])) next += 1;
    expect(next).toBeGreaterThan(first);
    const isRefused = rows.slice(first, next).some((row) => row[8] === null);
    const isBeyond = remarks[at].some((remark) => remark.includes('the tables reach'));
    if (isBeyond) beyond += 1;
    else expect(`${line} ${remarks[at].length > 0}`).toBe(`${line} ${isRefused}`);
    if (isRefused) refused += 1;
  }
  expect(next).toBe(rows.length);
  expect(refused).toBe(100);
  // Where the tables end QEMU begins anew, and a PHB faults.
  expect(beyond).toBe(3);
});

test('the other PHBs have the page sizes that their kernels told', () => {
  const told = (phb: string) => /pgsizes=(\S+)/.exec(play('GET_INFO', { phb }).lines[0])?.[1];
  expect(['phb3', 'phb4', 'phb5'].map(told)).toEqual(['0x11011000', '0x40211000', '0x40211000']);
});

test.each([
  ['6.12-64k', 12, [0, 0, 0, -22, -22]],
  ['6.12-64k', 16, [0, 0, -22, -22, -22]],
  ['6.12-4k', 12, [0, 0, 0, 0, -22]],
  ['6.12-4k', 16, [0, 0, 0, 0, -22]],
])('%s makes tables of TCEs of 2^%i bytes in these numbers of levels', (kernel, shift, wanted) => {
  const calls = [1, 2, 3, 4, 5].flatMap((levels) => [
    `CREATE page_shift=${shift} window_size=1G levels=${levels}`,
    'REMOVE start=0',
  ]);
  const found = codes(play(['REMOVE start=0', ...calls], { kernel })).slice(1);
  expect(found.filter((_, index) => index % 2 === 0).map((rc) => Number.parseInt(rc, 10))).toEqual(
    wanted,
  );
});
