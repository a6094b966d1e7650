import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Command } from '../../sim/cli/program.ts';
import { commandText } from '../../sim/cli/trace/shared.ts';
import { define } from '../../sim/cli/trace.ts';
import { OPERATIONS } from '../../traces/format.ts';
import { openTrace } from '../../traces/open.ts';
import { TRACE_COLUMNS } from '../../traces/row-words.ts';
import { rowCells } from '../../traces/text.ts';
import { importText, rowsOf, samplePath, temporaryFile, temporaryPath } from './rows.ts';

let printed = '';
let reported = '';

beforeEach(() => {
  printed = '';
  reported = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += text;
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    reported += text;
    return true;
  });
});

afterEach(() => {
  vi.restoreAllMocks();
});

async function trace(...words: string[]): Promise<void> {
  const program = new Command('tcesim').exitOverride();
  define(program.command('trace'));
  await program.parseAsync(['trace', ...words], { from: 'user' });
}

test('import writes the trace and accounts for every line on standard error', async () => {
  const log = temporaryFile(
    'a.log',
    [
      'spapr_iommu_pci_put liobn=0x80000000 ioba=0x1000 tce=0x45ad003 ret=0',
      'spapr_iommu_pci_put liobn=0x80000000 ioba=0x1000 tce=0x45ad003 ret=-4',
      'spapr_iommu_xlate liobn=0x80000000 0x1000 -> 0x45ad000 perm=3 mask=0xfff',
      'spapr_iommu_pci_put liobn=0x80000000',
    ].join('\n'),
  );
  const output = temporaryPath('a.arrow');
  await trace('import', log, '-o', output);
  expect((await rowsOf(await openTrace(output))).map(({ op }) => op)).toEqual([
    'create',
    'put',
    'read',
  ]);
  expect(printed).toBe('');
  expect(reported.split('\n')).toEqual([
    `${log}: import:qemu-log, 4 lines: 2 used, 2 without a row`,
    'rows: 3 (read 1, create 1, put 1)',
    'span: none, the log has an order only',
    'devices: PHBs 0; RIDs 0x0000; PE#s 1',
    'no row: 1 x failed hypercall',
    'no row: 1 x malformed line',
    `${log}:4: spapr_iommu_pci_put: the arguments have another form`,
    'assumed: length and direction of a DMA in 1 rows',
    '',
  ]);
});

const BAD_LOG = 'spapr_iommu_pci_put liobn=0x80000000\n';

test.each([
  [['--strict'], /a\.log:1: spapr_iommu_pci_put: the arguments have another form$/],
  [['--option', 'x'], /^--option: expected name=value, got 'x'$/],
  [['--option', 'x=1', '--option', 'x=2'], /^--option: x is given twice$/],
  [['--option', 'x=1'], /unknown option 'x'/],
  [['--format', 'cvs'], /^unknown format 'cvs', did you mean 'csv'\?$/],
])('import with %j is refused', async (words, message) => {
  const log = temporaryFile('a.log', BAD_LOG);
  const all = [log, ...words, '-o', temporaryPath('a.arrow')];
  await expect(trace('import', ...all)).rejects.toThrow(message);
});

test('the command is recorded without folders and output, and words that a shell would split are quoted', () => {
  const given = { output: '/x/o', out: '/x/o', option: ['a=b c', 'd=1'], strict: true, endNs: '5' };
  expect(commandText('import', ['/home/me/a.log'], given)).toBe(
    "tcesim trace import a.log --option 'a=b c' --option d=1 --strict --end-ns 5",
  );
});

test('generate says that the generator comes first', async () => {
  await expect(trace('generate', '-o', 'x', 'ring')).rejects.toThrow(/comes first: generate ring/);
});

test('cut refuses what is no condition', async () => {
  const cut = (...words: string[]) =>
    trace('cut', samplePath('p9-vfio.jsonl'), ...words, '-o', temporaryPath('c.arrow'));
  await expect(cut('--op', 'read,wirte')).rejects.toThrow(/^--op: unknown operation 'wirte', did/);
  await expect(cut('--phb', '256')).rejects.toThrow(/^--phb: expected an unsigned 8-bit number/);
  await expect(cut('--end-ns', '9')).rejects.toThrow(/no times/);
});

test('generate takes its parameters as options', async () => {
  const output = temporaryPath('g.arrow');
  await trace('generate', 'ring', '--requests', '9', '--strict', 'yes', '-o', output);
  expect(await rowsOf(await openTrace(output))).toHaveLength(2 + 15);
  expect((await openTrace(output)).metadata.parameters).toMatchObject({
    requests: '9',
    strict: 'yes',
  });
});

test('info prints facts to read, or exact JSON', async () => {
  await trace('info', samplePath('p9-vfio.jsonl'));
  expect(printed).toMatch(/^rows +881 \(read 146, write 192, tve 30, store 215, kill 298\)$/m);
  expect(printed).toMatch(/^time +order only$/m);
  expect(printed).toMatch(/^refused +100$/m);
  printed = '';
  await trace('info', samplePath('p9-vfio.jsonl'), '--format', 'json');
  expect(JSON.parse(printed)).toMatchObject({ rows: 881, refused: 100, firstNs: '0' });
});

test('what cat prints is imported again to the same rows', async () => {
  const source = await openTrace(samplePath('p9-vfio.jsonl'));
  const lines = [TRACE_COLUMNS.join(',')];
  for await (const batch of source.batches()) {
    for (let row = 0; row < batch.rows; row += 1) lines.push(rowCells(batch, row).join(','));
  }
  const { rows } = await importText('again.csv', lines);
  expect(rows).toEqual(await rowsOf(source));
});

test.each(['--from', '--rows'])('cat wants a whole number for %s', async (option) => {
  await expect(trace('cat', samplePath('p9-vfio.jsonl'), option, '1e3')).rejects.toThrow(
    `${option}: expected a whole number, got '1e3'`,
  );
});

test('the README names every operation and every column', () => {
  const text = readFileSync(new URL('../../traces/README.md', import.meta.url), 'utf8');
  for (const name of [...OPERATIONS, ...TRACE_COLUMNS]) expect(text).toContain(`\`${name}\``);
});
