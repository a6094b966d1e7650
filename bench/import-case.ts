/**
 * The import of a QEMU log that is timed: lines of the events that make up real logs, in memory, read as
 * bytes into rows. The rows' digest stands for all that was read.
 */
import { createHash } from 'node:crypto';
import { ImportLog } from '../traces/import/import.ts';
import { qemuLogFormat } from '../traces/import/qemu-log.ts';
import { randomOf } from '../traces/random.ts';
import { RowBuffer } from '../traces/row-buffer.ts';
import type { BenchCase } from './cases.ts';

/** Lines of stock QEMU for each piece of I/O, as the pseries sample has them. */
const KINDS = ['put', 'stuff', 'xlate', 'xlate', 'xlate', 'xlate'] as const;
const PAGES = 2 ** 15;

/** The import of so many lines. */
export function importCase(lines: number): BenchCase {
  const log = Buffer.from(logOf(lines));
  const hash = createHash('sha256');
  return {
    name: 'QEMU log',
    run() {
      const rows = new RowBuffer();
      const parser = qemuLogFormat.parser(rows, new ImportLog(), 'bench', {});
      let line = 1;
      for (let at = 0; at < log.length; line += 1) {
        at = parser.acceptBytes(log, at, line);
      }
      parser.finish();
      for (let rest = rows.takeRest(); rest; rest = rows.takeRest()) {
        hash.update(rest.op.subarray(0, rest.rows));
        hash.update(rest.address.subarray(0, 2 * rest.rows));
        hash.update(rest.value.subarray(0, 2 * rest.rows));
      }
    },
    digest: () => hash.copy().digest('hex').slice(0, 16),
  };
}

function logOf(lines: number): string {
  const random = randomOf('QEMU log');
  const texts: string[] = [];
  for (let line = 0; line < lines; line += 1) {
    const page = Math.floor(random() * PAGES);
    const time = `1430@17953253${10 + (line % 90)}.${100_000 + (line % 900_000)}:`;
    texts.push(`${time}${eventOf(KINDS[line % KINDS.length], page)}\n`);
  }
  return texts.join('');
}

function eventOf(kind: (typeof KINDS)[number], page: number): string {
  const address = `0x${(page * 4096).toString(16)}`;
  const real = `0x${(0x4000_0000 + page * 4096).toString(16)}`;
  if (kind === 'xlate') {
    return `spapr_iommu_xlate liobn=0x80000000 ${address} -> ${real} perm=3 mask=0xfff`;
  }
  if (kind === 'put') {
    return `spapr_iommu_pci_put liobn=0x80000000 ioba=${address} tce=${real} ret=0`;
  }
  return `spapr_iommu_pci_stuff liobn=0x80000000 ioba=0x${(page * 4096 + 65_536).toString(16)} tcevalue=0x0 npages=16 ret=0`;
}
