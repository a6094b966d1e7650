import { describe, expect, test } from 'vitest';
import { renderText } from '../../sim/report/render-text.ts';
import { runReport } from '../../sim/report/run-report.ts';
import { REFUSED } from '../../traces/format.ts';
import { ftraceFormat } from '../../traces/import/ftrace.ts';
import { perfScriptFormat } from '../../traces/import/perf-script.ts';
import { traceCmdFormat } from '../../traces/import/trace-cmd.ts';
import { writeTrace } from '../../traces/write.ts';
import { runJson } from '../results/run.ts';
import { brief, ftraceLines, importKernel, USE_AFTER_UNMAP } from './kernel-lines.ts';
import { temporaryPath } from './rows.ts';

const RID = 0xc200;

describe('a real use after unmap', () => {
  test('is one mapping, one unmapping, and one fault 6.176 ms later', async () => {
    const { rows, source } = await importKernel(ftraceFormat, USE_AFTER_UNMAP);
    expect(rows.map((row) => [row.timeNs, ...brief(row)])).toEqual([
      [4_878_076_000n, 'map', RID, 0xfe980000n, 524288, 0x10ec80003n],
      [327_747_766_000n, 'unmap', RID, 0xfe980000n, 524288, 0n],
      [327_753_942_000n, 'write', RID, 0xfe980000n, 16, REFUSED],
    ]);
    expect((rows[2]?.timeNs ?? 0n) - (rows[1]?.timeNs ?? 0n)).toBe(6_176_000n);
    expect(rows.map(({ phb, pe }) => [phb, pe])).toEqual([
      [0, 1],
      [0, 1],
      [0, 1],
    ]);
    expect([...source.skipped.counts]).toEqual([['told by events/iommu, too', 2]]);
  });

  test('replays to one fault, as recorded', async () => {
    const path = temporaryPath('five.arrow');
    await writeTrace((await importKernel(ftraceFormat, USE_AFTER_UNMAP)).source, path);
    const result = await runJson('--trace', path, '--window', '4K:4G');
    expect([result.requests, result.faultsByKind['page-fault']]).toEqual([1, 1]);
    const told = renderText(runReport(result, 'title')).replaceAll(/\s+/g, ' ');
    expect(told).toContain('The trace maps pages, but no DMA met one of them');
    expect(told).not.toContain('Nothing is mapped');
  });

  test('faults only because of its unmapping', async () => {
    const path = temporaryPath('mapped.arrow');
    const lines = USE_AFTER_UNMAP.filter((line) => !/unmap|dma_free/.test(line));
    await writeTrace((await importKernel(ftraceFormat, lines)).source, path);
    const { requests, faultsByKind } = await runJson('--trace', path, '--window', '4K:4G');
    expect([requests, faultsByKind['page-fault']]).toEqual([1, 0]);
  });
});

describe('envelopes', () => {
  const payload = 'IOMMU: iova=0x0000000000001000 - 0x0000000000002000 paddr=0x5000 size=4096';
  const fault = 'IOMMU:nvme 0000:01:00.0 iova=0x0000000000009000 flags=0x0000';

  test.each([
    ['4 flags', `cc1-17008 [002] d.h. 12.345678: map: ${payload}`],
    ['5 flags', `cc1-17008 [002] d.h.. 12.345678: map: ${payload}`],
    ['7 flags', `cc1-17008 [002] d.h.... 12.345678: map: ${payload}`],
    ['no flags', `cc1-17008 [002] 12.345678: map: ${payload}`],
    ['a tgid', `cc1-17008 ( 1700) [002] d.h.. 12.345678: map: ${payload}`],
    ['no tgid', `cc1-17008 (-----) [002] d.h.. 12.345678: map: ${payload}`],
    ['a comm of all kinds', `a b-1 (c)/3:[4]-17008 [002] d.h.. 12.345678: map: ${payload}`],
  ])('ftrace with %s', async (_, line) => {
    const { rows } = await importKernel(ftraceFormat, [line]);
    expect(rows.map((row) => [row.timeNs, row.op])).toEqual([[12_345_678_000n, 'map']]);
  });

  test.each([
    ['micro', '217.975284', 217_975_284_000n],
    ['nano', '217.975284123', 217_975_284_123n],
  ])('trace-cmd with %sseconds and a padded payload', async (_, time, timeNs) => {
    const lines = [
      'version = 6',
      'cpus=8',
      'CPU:7 [204600 EVENTS DROPPED]',
      `           <...>-3979  [007]   ${time}: map:                  ${payload}`,
      `           <...>-3979  [007] d..2. ${time}: io_page_fault:        ${fault}`,
    ];
    const { rows, source } = await importKernel(traceCmdFormat, lines);
    expect(rows.map((row) => [row.timeNs, row.op])).toEqual([
      [timeNs, 'map'],
      [timeNs, 'read'],
    ]);
    expect([...source.skipped.counts]).toEqual([
      ['header', 2],
      ['GAP: the kernel lost events here', 1],
    ]);
  });

  test.each([
    ['0.000000000', 0n],
    ['65536.000000001', 65_536_000_000_001n],
    ['1795325310.501909042', 1_795_325_310_501_909_042n],
    ['9999999999.999999999', 9_999_999_999_999_999_999n],
  ])('a time of %s s is exact', async (time, timeNs) => {
    const { rows } = await importKernel(traceCmdFormat, [`a-1 [000] ${time}: map: ${payload}`]);
    expect(rows.map((row) => row.timeNs)).toEqual([timeNs]);
  });

  test('end with CRLF or with blanks as well', async () => {
    const lines = [
      `a-1 [000] d.... 1.000000: map: ${payload}\r`,
      `a-1 [000] d.... 1.000001: map: ${payload}  `,
    ];
    const { rows } = await importKernel(ftraceFormat, lines);
    expect(rows.map(({ op, length }) => [op, length])).toEqual([
      ['map', 4096],
      ['map', 4096],
    ]);
  });

  test('of other events are counted by name up to 64 names', async () => {
    const events = Array.from({ length: 200 }, (_, index) => `event_${index % 100}: x=1`);
    const { source } = await importKernel(ftraceFormat, ftraceLines(events));
    expect(source.skipped.counts.get('other event: event_0')).toBe(2);
    expect(source.skipped.counts.get('other event: event_63')).toBe(2);
    expect(source.skipped.counts.get('other event')).toBe(72);
  });

  test.each([
    ['pid', 'kworker/37:1-mm   477 [037]   130.737046:       iommu:map: '],
    ['pid and tid', '1372378/1372379 [006] 130.737046:    iommu:map: '],
    ['a period', 'my task   477 [037]   130.737046:          1       iommu:map: '],
    ['no processor', ':17008 17008   130.737046: iommu:map: '],
    ['nanoseconds', 'swapper     0 [002]  130.737046000:       iommu:map: '],
  ])('perf script with %s', async (_, envelope) => {
    const lines = [
      '# captured on: Thu',
      `${envelope}${payload}`,
      '\tffffffff8220116e error_entry+0xe ([kernel.kallsyms])',
      '',
    ];
    const { rows, source } = await importKernel(perfScriptFormat, lines);
    expect(rows.map((row) => [row.timeNs, row.op])).toEqual([[130_737_046_000n, 'map']]);
    expect([...source.skipped.counts.keys()]).toEqual(['header', 'call stack', 'blank line']);
  });

  test('of ftrace tell gaps, stacks and headers from bad lines', async () => {
    const { source } = await importKernel(ftraceFormat, [
      '# tracer: nop',
      'CPU:3 [LOST 512 EVENTS]',
      ' => dma_map_page_attrs',
      'torn li',
    ]);
    expect([...source.skipped.counts]).toEqual([
      ['header', 1],
      ['GAP: the kernel lost events here', 1],
      ['call stack', 1],
      ['malformed line', 1],
    ]);
    expect(source.skipped.first).toEqual([{ line: 4, reason: 'no event' }]);
  });

  test('are each known by their own lines', () => {
    const ftrace = ['# tracer: nop', `cc1-17008 [002] d.h.. 12.345678: map: ${payload}`];
    const traceCmd = ['cpus=8', `cc1-17008 [002] d.h.. 12.345678: map: ${payload}`];
    const perf = [`cc1 17008 [002] 12.345678: iommu:map: ${payload}`];
    const known = (lines: string[]) =>
      [traceCmdFormat, ftraceFormat, perfScriptFormat].map(({ matches }) => matches(lines));
    expect(known(traceCmd)[0]).toBe(true);
    expect(known(ftrace)).toEqual([false, true, false]);
    expect(known(perf)).toEqual([false, false, true]);
    expect(known(['1430@1795325310.501909:spapr_iommu_put liobn=80000000'])).not.toContain(true);
    const blkparse = '  8,0    3        1     0.000000000   697  G   W 223490 + 8 [kjournald]';
    expect(known([blkparse])).not.toContain(true);
  });
});

describe('rows', () => {
  test('never go back in time: the row that does is moved and counted', async () => {
    const lines = [
      'a-1 [001] d.... 2.000000: io_page_fault: IOMMU:x 0000:01:00.0 iova=0x1000 flags=0x0',
      'a-1 [000] d.... 1.999999: io_page_fault: IOMMU:x 0000:01:00.0 iova=0x2000 flags=0x0',
    ];
    const { rows, source } = await importKernel(ftraceFormat, lines);
    expect(rows.map(({ timeNs }) => timeNs)).toEqual([2_000_000_000n, 2_000_000_000n]);
    const reason = 'time of a row that lies before the one in front';
    expect(source.skipped.assumed.get(reason)).toBe(1);
  });

  test('of domains beyond 255 have the highest free PHB numbers', async () => {
    const fault = (name: string) => `io_page_fault: IOMMU:x ${name} iova=0x1000 flags=0x0`;
    const names = ['10000:01:00.0', '00ff:01:00.0', '0000:01:00.0', '10000:02:00.0'];
    const { rows } = await importKernel(ftraceFormat, ftraceLines(names.map(fault)));
    expect(rows.map(({ phb }) => phb)).toEqual([255, 254, 0, 255]);
  });

  test('stay in order where lines wait for others', async () => {
    const map = (page: number) =>
      `map: IOMMU: iova=0x${page}000 - 0x${page + 1}000 paddr=0x50000 size=4096`;
    const faults = Array.from(
      { length: 300 },
      () => 'io_page_fault: IOMMU:x 0000:01:00.0 iova=0x1000 flags=0x0',
    );
    const { rows } = await importKernel(
      ftraceFormat,
      ftraceLines([map(1), map(2), ...faults, map(3)]),
    );
    expect(rows.map(({ op }) => op)).toEqual(['map', 'map', ...faults.map(() => 'read'), 'map']);
    const times = rows.map(({ timeNs }) => timeNs);
    expect(times).toEqual([...times].sort((one, other) => Number(one - other)));
  });
});

test.each([
  [{ touch: 'all' }, "option touch: expected none or map, got 'all'"],
  [{ page: '48K' }, "option page: expected a power of two, 4K .. 1G, got '48K'"],
  [{ device: 'nvme0' }, 'option device: expected domain:bus:device.function'],
])('the option %o is refused', async (option, message) => {
  await expect(importKernel(ftraceFormat, USE_AFTER_UNMAP, option)).rejects.toThrow(message);
});
