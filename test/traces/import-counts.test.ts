/** Events of a log, counted without the importer. `QEMU_LOGS="a.log b.log"` adds logs of your own. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { ImportedTrace } from '../../traces/import/import.ts';
import { openTrace } from '../../traces/open.ts';
import { rowsOf, samplePath } from './rows.ts';

const LOGS = [
  ...['pseries-stock.qemu.log', 'p9-fio.qemu.log'].map(samplePath),
  ...(process.env.QEMU_LOGS ?? '').split(' ').filter((path) => path !== ''),
];

/** Lines by the event's name. */
function eventsOf(lines: readonly string[]): Map<string, number> {
  const events = new Map<string, number>();
  for (const line of lines) {
    const name = line.replace(/^[^ ]*:/, '').split(' ', 1)[0] as string;
    events.set(name, (events.get(name) ?? 0) + 1);
  }
  return events;
}

test.each(LOGS)('each event of %s is a row, a part of one, or counted', async (path) => {
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  const events = eventsOf(lines);
  const trace = (await openTrace(path)) as ImportedTrace;
  const rows = new Map<string, number>();
  for (const { op } of await rowsOf(trace)) rows.set(op, (rows.get(op) ?? 0) + 1);
  const logged = (...names: string[]) =>
    names.reduce((sum, name) => sum + (events.get(name) ?? 0), 0);
  const made = (...ops: string[]) => ops.reduce((sum, op) => sum + (rows.get(op) ?? 0), 0);
  const skipped = (reason: string) => trace.skipped.counts.get(reason) ?? 0;

  expect(trace.lines).toBe(lines.length);
  expect(skipped('malformed line')).toBe(0);
  expect(made('put')).toBe(logged('spapr_iommu_put', 'spapr_iommu_pci_put'));
  expect(made('stuff')).toBe(logged('spapr_iommu_stuff', 'spapr_iommu_pci_stuff'));
  expect(made('kill')).toBe(logged('pnv_phb_tce_kill'));
  expect(made('tve') + skipped('TVE written with what it held')).toBe(logged('pnv_phb_tve_write'));
  expect(made('read', 'write') + skipped('retry of a refused DMA')).toBe(
    logged('iommu_dma') || logged('spapr_iommu_xlate'),
  );
  if (logged('spapr_iommu_indirect_entry') === 0) {
    expect(made('indirect')).toBe(logged('spapr_iommu_indirect', 'spapr_iommu_pci_indirect'));
  }
  expect(skipped('other event')).toBe(
    logged('spapr_iommu_new_table', 'spapr_iommu_ddw_query', 'pci_nvme_map_addr'),
  );
});
