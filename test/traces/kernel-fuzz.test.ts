import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ftraceFormat } from '../../traces/import/ftrace.ts';
import type { ByteLineFormat } from '../../traces/import/import.ts';
import { perfScriptFormat } from '../../traces/import/perf-script.ts';
import { traceCmdFormat } from '../../traces/import/trace-cmd.ts';
import { randomOf } from '../../traces/random.ts';
import { kernelTrace, USE_AFTER_UNMAP } from './kernel-lines.ts';
import { rowsOf } from './rows.ts';

/** `IMPORT_FUZZ_LINES=100000` takes more. */
const LINES = Number(process.env.IMPORT_FUZZ_LINES ?? 3000);
const ALPHABET = '0123456789abcdefx={},:.- []|#\t\u00e9';

const DMA = readFileSync(new URL('data/pseries-dma.ftrace.txt', import.meta.url), 'utf8');
const HCALLS = [
  'kvm_hcall_enter: VCPU 3: hcall=H_PUT_TCE GPR4-7=0x80000001,0x7fff0000,0x3a420003,0x0',
  'kvm_hcall_exit: VCPU 3: ret=RESUME_GUEST hcall_rc=H_SUCCESS',
  'kvm_hcall_enter: VCPU 3: hcall=H_STUFF_TCE GPR4-7=0x80000001,0x7fff0000,0x0,0x200',
  'hcall_exit: opcode=32 retval=-4',
].map((event) => `qemu-4242    [016] d....    12.345678: ${event}`);
const LOG = [...DMA.trimEnd().split('\n'), ...USE_AFTER_UNMAP, ...HCALLS];

/** The same events in another tool's envelope. */
const WRITTEN: readonly [ByteLineFormat, (line: string) => string][] = [
  [ftraceFormat, (line) => line],
  [traceCmdFormat, (line) => line.replace(/\] \S+ +([\d.]+): (\w+): /, '] $1: $2:      ')],
  [
    perfScriptFormat,
    (line) => line.replace(/-(\d+) +(\[\d+\]) \S+ +([\d.]+): (\w+): /, ' $1 $2 $3: a:$4: '),
  ],
];

test.each(
  WRITTEN,
)('mutated lines of $name are rows or counted, never a crash', async (format, write) => {
  const random = randomOf(`fuzz ${format.name}`);
  const below = (limit: number) => Math.floor(random() * limit);
  const lines = Array.from({ length: LINES }, () => {
    let line = write(LOG[below(LOG.length)] as string);
    for (let change = below(4); change > 0; change -= 1) {
      const at = below(line.length + 1);
      const dropped = below(3) === 0 ? below(20) : below(2);
      const added = below(2) === 0 ? ALPHABET[below(ALPHABET.length)] : '';
      line = line.slice(0, at) + added + line.slice(at + dropped);
    }
    return line.replaceAll('\n', '');
  });
  const source = kernelTrace(format, lines.join('\n'));
  const rows = await rowsOf(source);
  expect(source.lines).toBe(lines.length);
  expect(rows.length).toBeGreaterThan(LINES / 10);
  const skipped = [...source.skipped.counts.values()].reduce((sum, each) => sum + each, 0);
  expect(skipped).toBeLessThanOrEqual(lines.length);
  expect(source.skipped.counts.get('malformed line')).toBeGreaterThan(LINES / 20);
});

test.each(WRITTEN)('long lines of $name take no more than their length', async (format) => {
  const size = 500_000;
  const lines = [' ', '-1 ', '1 ', 'a={ ', '{', 'a=', '\t', 'x', '0 [1] '].flatMap((text) => {
    const long = text.repeat(size / text.length);
    return [
      long,
      `a-1 [001] ..... 1.000000: dma_map_sg: ${long}`,
      `a-1 [001] ..... 1.000000: io_page_fault: IOMMU:${long}`,
    ];
  });
  const start = process.cpuUsage().user;
  await rowsOf(kernelTrace(format, lines.join('\n')));
  expect(process.cpuUsage().user - start).toBeLessThan(20_000_000);
});
