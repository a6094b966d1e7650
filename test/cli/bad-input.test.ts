/** Input that cannot be used: one line on stderr that says where and what, and exit code 3. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { writeCsv } from '../results/run.ts';
import { sample, start, succeed, tcesim, workFolder } from './command.ts';

const path = workFolder();
let trace = '';

beforeAll(async () => {
  trace = path('uniform.arrow');
  const size = ['--requests', '2000', '--window', '16M'];
  await succeed('trace', 'generate', 'uniform', '-o', trace, ...size);
  writeFileSync(path('file'), '');
  mkdirSync(path('blocked/results.json'), { recursive: true });
});

/** The one line that a refused command prints, without the program's name. */
async function refusal(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await tcesim(...args);
  expect([code, stdout]).toEqual([3, '']);
  expect(stderr).toMatch(/^tcesim: [^\n]+\n$/);
  return stderr.slice('tcesim: '.length, -1);
}

describe('a trace', () => {
  test.each([
    ['that is not there', () => path('missing.arrow'), /missing\.arrow: no such file$/],
    ['that is empty', () => path('file'), /file: the file is empty$/],
    ['that is a directory', () => path('.'), /expected a file, got a directory$/],
  ])('%s is refused by name', async (_what, file, message) => {
    expect(await refusal('run', '--trace', file())).toMatch(message);
  });

  test('that was not given is asked for, as a matter of usage', async () => {
    const { code, stderr } = await tcesim('run');
    expect([code, stderr]).toEqual([
      2,
      'tcesim: run: no trace; give one with --trace FILE, or in a scenario\n',
    ]);
  });

  test('of no known form gets the list of known ones', async () => {
    writeFileSync(
      path('noise'),
      Uint8Array.from({ length: 3000 }, (_, i) => (i * 167 + 13) % 256),
    );
    expect(await refusal('run', '--trace', path('noise'))).toMatch(/known: arrow, .*csv/);
  });

  // Bytes of the shipped sample: within the magic, the schema, the first batch, a later one, the footer.
  test.each([
    0.00001, 0.0004, 0.11, 0.37, 0.5, 0.73, 0.9, 0.99999,
  ])('that is cut at %f of its length is refused with the byte where it ends', async (share) => {
    const whole = readFileSync(sample('p9-nvme-e1000e.arrow'));
    const bytes = Math.max(12, Math.floor(whole.length * share));
    writeFileSync(path('cut.arrow'), whole.subarray(0, bytes));
    expect(await refusal('run', '--trace', path('cut.arrow'))).toMatch(
      new RegExp(`cut\\.arrow: truncated at byte ${bytes}, .* rows before it are whole$`),
    );
  });

  test('that is cut on standard input is refused as well', async () => {
    const whole = readFileSync(sample('p9-nvme-e1000e.arrow'));
    const half = whole.subarray(0, whole.length / 2);
    const { code, stderr } = await start(['run', '--trace', '-'], half).ended;
    expect(code).toBe(3);
    expect(stderr).toMatch(/^tcesim: standard input: truncated at byte \d+, [^\n]*\n$/);
  });
});

describe('a CSV line', () => {
  test.each([
    [
      'with a bad number',
      '1,read,0,256,1,64,zz,0',
      /:3: column address: expected an unsigned 64-bit number, got 'zz'$/,
    ],
    [
      'with a number too wide',
      '1,read,0,256,65536,64,0,0',
      /:3: column pe: .*16-bit number, got '65536'$/,
    ],
    ['with a negative number', '1,read,0,256,1,-64,0,0', /:3: column length: .*got '-64'$/],
    [
      'with an unknown operation',
      '1,raed,0,256,1,64,0,0',
      /:3: column op: unknown operation 'raed', did you mean 'read'\?$/,
    ],
    ['with a column too few', '1,read,0,256,1,64,0', /:3: expected 8 columns, got 7$/],
    [
      'that goes back in time',
      '0,read,0,256,1,64,0,0',
      /:3: column time_ns: expected at least 1, the time of the row before, got 0; sort the rows by time$/,
    ],
  ])('%s is refused by line and column in a strict import', async (_what, line, message) => {
    const file = writeCsv(path('bad.csv'), ['1,read,0,256,1,64,0,0', line]);
    const output = path('bad.arrow');
    expect(await refusal('trace', 'import', file, '--strict', '-o', output)).toMatch(message);
  });

  test('that maps for a PE# that the PHB does not have is refused with the PHB', async () => {
    const file = writeCsv(path('pe.csv'), ['1,map,0,256,300,65536,0,3']);
    expect(await refusal('run', '--trace', file, '--phb', 'phb3')).toMatch(
      /pe\.csv: trace row 0 \(from 0\): map: pe: expected 0\.\.255 on phb3, got 300$/,
    );
    expect((await tcesim('run', '--trace', file, '--phb', 'phb4')).code).toBe(0);
  });

  test('with a TVT index that the PHB does not have is refused', async () => {
    const file = writeCsv(path('tvt.csv'), ['1,tve,0,0,0,0,1024,1']);
    expect(await refusal('run', '--trace', file)).toMatch(/expected a TVT index 0\.\.1023/);
  });

  test.each([
    ['0xfffffffffffffff0', 64],
    ['0xffffffff00000001', 4294967295],
  ])('with a DMA at %s of %i bytes, over the last address, is refused', async (address, bytes) => {
    const first = '1,read,0,256,1,16,0xfffffffffffffff0,0';
    const file = writeCsv(path('end.csv'), [first, `2,write,0,256,1,${bytes},${address},0`]);
    if (address.endsWith('01')) expect((await tcesim('run', '--trace', file)).code).toBe(0);
    else {
      expect(await refusal('run', '--trace', file)).toBe(
        `${file}: trace row 1 (from 0): write: length: expected bytes that end below 2^64, ` +
          `got ${bytes} at ${address}`,
      );
    }
  });

  test('with a DMA of no bytes is refused', async () => {
    const file = writeCsv(path('nothing.csv'), ['1,read,0,256,1,0,0,0']);
    expect(await refusal('run', '--trace', file)).toMatch(
      /length: expected 1 or more bytes, got 0/,
    );
  });
});

test.each([
  ['32K:1T', /page size: expected one of 4K, 64K, 2M, 1G, got 32K/],
  ['64K:3G', /expected a power of two, got 3G/],
  ['64K:1T:levels=3', /EINVAL: 3 levels of 64K and 64K pages reach 55 address bits, at most 54/],
  ['64K:1T:levels=6', /levels: expected 1 to 5, got 6/],
])('the window %s is refused', async (window, message) => {
  const line = await refusal('run', '--trace', trace, '--window', window);
  expect(line).toMatch(message);
  expect(line).toContain(window);
});

test('the same levels=3 is accepted on a host with 4K pages', async () => {
  const window = ['--window', '64K:1T:levels=3', '--set', 'host.pages=4K'];
  expect((await tcesim('run', '--trace', trace, ...window)).code).toBe(0);
});

describe('a word of a scenario', () => {
  test.each([
    ['phb: phb44', /words\.yaml:2:1: phb: unknown PHB 'phb44'; known: phb3/],
    ['firmware: pre2022', /words\.yaml:2:1: firmware: unknown level .*did you mean 'pre2021'\?$/],
    ['windows: [64K:big]', /words\.yaml:2:1: window 64K:big: size: expected a size/],
    ['map: some', /words\.yaml:2:1: map: expected one of none, touched, all, got 'some'$/],
    ['pace: slow', /words\.yaml:2:1: pace: expected trace, .*got 'slow'$/],
    ['set: { tceCache.ways: 3 }', /words\.yaml:2:8 tceCache\.ways: expected a divisor of 1024 /],
  ])('%s is refused where it stands', async (line, message) => {
    const file = path('words.yaml');
    writeFileSync(file, `trace: ${trace}\n${line}\n`);
    expect(await refusal('run', file)).toMatch(message);
    expect(await refusal('check', file)).toMatch(message);
  });

  test('gives way to a flag, which is refused in its own name', async () => {
    const file = path('words.yaml');
    writeFileSync(file, `trace: ${trace}\nphb: phb44\n`);
    expect(await refusal('run', file, '--phb', 'phb45')).toMatch(/^--phb: unknown PHB 'phb45'/);
    expect((await tcesim('run', file, '--phb', 'phb4')).code).toBe(0);
  });
});

// Every refusal is of one flag, beside others that are right.
test.each([
  ['a third window', ['--window', '64K:1G', '--window', '64K:1G'], /at most 2, got 3/],
  ['a pace without a number', ['--pace', 'closed'], /^--pace: expected .*got 'closed'/],
  ['no threads', ['--threads', '0'], /--threads: expected 1\.\.64, got '0'/],
  ['too many threads', ['--threads', '65'], /--threads: expected 1\.\.64, got '65'/],
  ['threads in words', ['--threads', 'two'], /--threads: expected 1\.\.64, got 'two'/],
  [
    'an unknown PHB',
    ['--phb', 'phb44'],
    /^--phb: unknown PHB 'phb44'; known: phb3, phb4, phb4-small, phb5$/,
  ],
  [
    'an unknown key',
    ['--set', 'tceCache.way=2'],
    /--set tceCache\.way: unknown key, did you mean 'tceCache\.ways'\?/,
  ],
  ['a setting without a value', ['--set', 'tags.count'], /--set: expected key=value/],
  ['a number in words', ['--set', 'tags.count=many'], /tags\.count: .*whole number, got 'many'/],
  [
    'ways that do not divide',
    ['--set', 'tceCache.ways=3'],
    /^--set tceCache\.ways: expected a divisor of 1024 \(tceCache\.entries\), got 3/,
  ],
])('%s is refused', async (_what, args, message) => {
  expect(await refusal('run', '--trace', trace, '--window', '64K:1G', ...args)).toMatch(message);
});

test('a sweep refuses an unknown key as a run does', async () => {
  const wrong = ['--set', 'tags.cuont=2'];
  const message = "--set tags.cuont: unknown key, did you mean 'tags.count'?";
  expect(await refusal('run', '--trace', trace, ...wrong)).toBe(message);
  expect(await refusal('sweep', ...wrong, '-o', path('sweep'))).toBe(message);
});

test('a log is not imported over itself', async () => {
  const log = writeCsv(path('log.csv'), ['1,read,0,256,1,64,0,0']);
  expect(await refusal('trace', 'import', log, '-o', log)).toBe(
    `-o ${log}: would overwrite the log`,
  );
});

test('--map touched without a window asks for one', async () => {
  expect(await refusal('run', '--trace', trace, '--map', 'touched')).toMatch(/wants a window/);
});

test.each([
  ['is a file', 'file'],
  ['lies below a file', 'file/below'],
  ['holds a directory of the name results.json', 'blocked'],
])('an output directory that %s is refused', async (_what, name) => {
  const line = await refusal('run', '--trace', trace, '--window', '64K:1G', '-o', path(name));
  expect(line).toContain(path(name));
});

test.each([
  [['trace', 'import', '{trace}', '-o', '{folder}'], /expected a file name, got a directory/],
  [['trace', 'import', '{missing}', '-o', '{new}'], /no such file/],
  [['trace', 'cat', '{trace}', '--rows', '-1'], /--rows: expected a whole number, got '-1'/],
  [
    ['trace', 'generate', 'rings', '-o', '{new}'],
    /unknown generator 'rings', did you mean 'ring'\?/,
  ],
  [
    ['trace', 'generate', 'ring', '-o', '{new}', '--requests', '0'],
    /requests: expected a whole number 1\.\./,
  ],
  [['walk', '--tve', '0xg', '--address', '0'], /--tve: expected a 64-bit number .*got '0xg'/],
  [['walk', '--tve', '0x10000000000000000', '--address', '0'], /--tve: expected a 64-bit number/],
  [['walk', '--check', '{trace}'], /expected a capture with DMA rows/],
])('%j is refused', async (template, message) => {
  const places: Record<string, string> = {
    '{trace}': trace,
    '{folder}': path('blocked'),
    '{missing}': path('missing'),
    '{new}': path('new.arrow'),
  };
  expect(await refusal(...template.map((arg) => places[arg] ?? arg))).toMatch(message);
});

test('a damaged line of a memory file is refused by its number', async () => {
  writeFileSync(path('memory.txt'), '# root\n0x1000 0x3\n0x1004 0x3\n');
  const line = await refusal(
    'walk',
    '--tve',
    '1',
    '--address',
    '0',
    '--memory',
    path('memory.txt'),
  );
  expect(line).toMatch(/memory\.txt:3: address: expected a multiple of 8, got 0x1004$/);
});
