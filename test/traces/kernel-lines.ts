/** Kernel logs in the tests: lines in, rows and account out. */
import type { ByteLineFormat, ImportedTrace } from '../../traces/import/import.ts';
import { importText } from '../../traces/import/reading.ts';
import { InputFile } from '../../traces/input-file.ts';
import { firstLines } from '../../traces/lines.ts';
import { type Row, rowsOf } from './rows.ts';

/** The five lines of a real use after unmap (linux-wireless, 2 July 2025, Linux 6.12.35). */
export const USE_AFTER_UNMAP = [
  '   (udev-worker)-532     [010] .....     4.878076: map: IOMMU: iova=0x00000000fe980000 - 0x00000000fea00000 paddr=0x000000010ec80000 size=524288',
  '   (udev-worker)-532     [010] .....     4.878079: dma_alloc: 0000:c2:00.0 dma_addr=fe980000 size=524288 virt_addr=000000006cadbcb1 flags=GFP_KERNEL attrs=',
  '   kworker/u64:0-12      [011] .....   327.747763: dma_free: 0000:c2:00.0 dma_addr=fe980000 size=524288 virt_addr=000000006cadbcb1 attrs=',
  '   kworker/u64:0-12      [011] .....   327.747766: unmap: IOMMU: iova=0x00000000fe980000 - 0x00000000fea00000 size=524288 unmapped_size=524288',
  'irq/26-AMD-Vi-154     [006] .....   327.753942: io_page_fault: IOMMU:ath12k_pci 0000:c2:00.0 iova=0x00000000fe980000 flags=0x0001',
];

/** A text in a format, options other than the presets given. */
export function kernelTrace(
  format: ByteLineFormat,
  text: string,
  given: Record<string, string> = {},
): ImportedTrace {
  const bytes = new TextEncoder().encode(text);
  const open = () => InputFile.ofBytes('test.log', bytes);
  const presets = (format.options ?? []).map(({ name, preset }) => [name, preset]);
  const options = { ...Object.fromEntries(presets), ...given };
  return importText(format, firstLines(bytes), { input: open(), open }, { options, strict: false });
}

/** Rows and account of lines in a format. */
export async function importKernel(
  format: ByteLineFormat,
  lines: readonly string[],
  given: Record<string, string> = {},
): Promise<{ rows: Row[]; source: ImportedTrace }> {
  const source = kernelTrace(format, `${lines.join('\n')}\n`, given);
  return { rows: await rowsOf(source), source };
}

/** Lines of ftrace around events, a microsecond apart. */
export function ftraceLines(events: readonly string[], pids: readonly number[] = []): string[] {
  return events.map((event, index) => {
    const time = `12.${String(index + 1).padStart(6, '0')}`;
    return `            task-${pids[index] ?? 42}    [001] d....    ${time}: ${event}`;
  });
}

/** What a row says of a device's tables. */
export function brief({ op, rid, length, address, value }: Row) {
  return [op, rid, address, length, value];
}
