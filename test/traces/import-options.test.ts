import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { ImportedTrace } from '../../traces/import/import.ts';
import { openTrace } from '../../traces/open.ts';
import { writeTrace } from '../../traces/write.ts';
import { rowsOf, samplePath, temporaryFile, temporaryPath } from './rows.ts';

const GOOD = 'spapr_iommu_put liobn=0x80000000 ioba=0x1000 tce=0x45ad003 ret=0';
const BAD = 'spapr_iommu_put liobn=0x80000000 ioba=0x1000';

describe('a strict import', () => {
  test('ends at the first malformed line, named with its file, and writes nothing', async () => {
    const path = temporaryFile('x.log', [GOOD, 'other text', BAD, GOOD, BAD, ''].join('\n'));
    const output = temporaryPath('x.arrow');
    const importing = openTrace(path, { strict: true }).then((trace) => writeTrace(trace, output));
    await expect(importing).rejects.toThrow(
      /x\.log:3: spapr_iommu_put: the arguments have another form$/,
    );
    expect(existsSync(output)).toBe(false);
  });

  test('gives the same rows as any other where no line is malformed', async () => {
    const path = samplePath('pseries-stock.qemu.log');
    const strict = await rowsOf(await openTrace(path, { strict: true }));
    expect(strict).toEqual(await rowsOf(await openTrace(path)));
  });

  test('refuses a damaged line of a capture, too', async () => {
    const path = temporaryFile('x.jsonl', '["kill",0,"0x1"]\n["kill",0]\n');
    const trace = await openTrace(path, { strict: true });
    await expect(rowsOf(trace)).rejects.toThrow(/x\.jsonl:2: kill: expected a 64-bit hexadecimal/);
  });
});

describe('a named format', () => {
  test('is taken instead of what the content looks like', async () => {
    const path = temporaryFile('x', `["kill",0,"0x1"]\n${GOOD}\n`);
    expect((await openTrace(path)).metadata.source).toBe('import:capture-jsonl');
    const log = await openTrace(path, { format: 'qemu-log' });
    expect(log.metadata.source).toBe('import:qemu-log');
    expect((await rowsOf(log)).map(({ op }) => op)).toEqual(['create', 'put']);
  });

  test('that nobody knows is refused with the nearest', async () => {
    const path = temporaryFile('x', GOOD);
    await expect(openTrace(path, { format: 'qemulog' })).rejects.toThrow(
      /^unknown format 'qemulog', did you mean 'qemu-log'\?$/,
    );
  });

  test('may be arrow, and then the file has to be one', async () => {
    await expect(openTrace(temporaryFile('x', GOOD), { format: 'arrow' })).rejects.toThrow(
      /expected an Arrow message at byte 0/,
    );
  });
});

test('an option that the format does not have is refused', async () => {
  const options = { 'page-size': '4K' };
  const log = openTrace(temporaryFile('x', GOOD), { options });
  await expect(log).rejects.toThrow(/x: unknown option 'page-size'; its format has none$/);
  const arrow = openTrace(samplePath('p9-nvme-e1000e.arrow'), { options });
  await expect(arrow).rejects.toThrow(/unknown option 'page-size'; its format has none$/);
});

test('a trace that is read twice gives the same rows and counts', async () => {
  const trace = (await openTrace(temporaryFile('x', `${GOOD}\n${BAD}\nx\n`))) as ImportedTrace;
  const first = await rowsOf(trace);
  expect(await rowsOf(trace)).toEqual(first);
  expect([...trace.skipped.counts]).toEqual([
    ['malformed line', 1],
    ['text that is no event', 1],
  ]);
  expect(trace.lines).toBe(3);
});
