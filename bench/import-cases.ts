/**
 * Logs that are imported: lines of the events that make up real logs, in a file, read into rows. The digest is that
 * of the rows, made in a pass of its own.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openTrace } from '../traces/open.ts';
import { randomOf } from '../traces/random.ts';
import { answerDigest } from './answer-digest.ts';
import type { BenchCase, BenchSize, PreparedCase } from './bench-case.ts';
import { countRows, digestRows } from './trace-rows.ts';

const PAGES = 2 ** 15;
const PAGE_BYTES = 4096;
/** Where the guest's pages lie. */
const REAL_BASE = 0x4000_0000;

const LIOBN = '0x80000000';
const STUFFED_PAGES = 16;

/** Lines of stock QEMU for each piece of I/O, as the pseries sample has them. */
const QEMU_KINDS = ['put', 'stuff', 'xlate', 'xlate', 'xlate', 'xlate'] as const;

/** The imports. */
export function importCases(size: BenchSize): BenchCase[] {
  return [
    { name: 'import: QEMU log', prepare: () => prepareLog('qemu.log', qemuLine, size) },
    { name: 'import: ftrace', prepare: () => prepareLog('ftrace.txt', ftraceLine, size) },
  ].map((each) => ({ ...each, unit: 'lines' }));
}

/** The text of line number `line`, of an event that concerns a page. */
type LineOf = (line: number, page: number) => string;

async function prepareLog(
  name: string,
  lineOf: LineOf,
  { requests: lines, folder }: BenchSize,
): Promise<PreparedCase> {
  const path = join(folder, name);
  const random = randomOf(name);
  const texts = Array.from({ length: lines }, (_, line) =>
    lineOf(line, Math.floor(random() * PAGES)),
  );
  writeFileSync(path, `${texts.join('\n')}\n`);
  let rows = 0;
  return {
    amount: lines,
    async run() {
      rows = await countRows(await openTrace(path, { strict: true }));
    },
    digest: async () =>
      answerDigest([`${rows}`, await digestRows(await openTrace(path, { strict: true }))]),
  };
}

function qemuLine(line: number, page: number): string {
  const time = `1430@17953253${10 + (line % 90)}.${100_000 + (line % 900_000)}:`;
  const bus = `0x${(page * PAGE_BYTES).toString(16)}`;
  // A removal of several pages tells their end.
  const end = `0x${((page + STUFFED_PAGES) * PAGE_BYTES).toString(16)}`;
  const real = `0x${(REAL_BASE + page * PAGE_BYTES).toString(16)}`;
  switch (QEMU_KINDS[line % QEMU_KINDS.length]) {
    case 'put':
      return `${time}spapr_iommu_pci_put liobn=${LIOBN} ioba=${bus} tce=${real} ret=0`;
    case 'stuff':
      return `${time}spapr_iommu_pci_stuff liobn=${LIOBN} ioba=${end} tcevalue=0x0 npages=${STUFFED_PAGES} ret=0`;
    default:
      return `${time}spapr_iommu_xlate liobn=${LIOBN} ${bus} -> ${real} perm=3 mask=0xfff`;
  }
}

/** A driver that maps a page and unmaps the one of the line before. */
function ftraceLine(line: number, page: number): string {
  const isMap = line % 2 === 0;
  const seconds = Math.floor(line / 1000);
  const time = `${seconds}.${String((line % 1000) * 1000).padStart(6, '0')}`;
  const bus = ((line - (line % 2)) * PAGE_BYTES + PAGE_BYTES).toString(16);
  const head = `     kworker/0:1-10      [000] ..... ${time.padStart(12)}: `;
  const device = `0000:01:00.0 dir=FROM_DEVICE dma_addr=${bus} size=${PAGE_BYTES}`;
  if (!isMap) return `${head}dma_unmap_page: ${device} attrs=`;
  return `${head}dma_map_page: ${device} phys_addr=${(REAL_BASE + page * PAGE_BYTES).toString(16)} attrs=`;
}
