/**
 * Events of a log, counted without the importer. `QEMU_LOGS="a.log b.log"` adds logs of your own, as do
 * KERNEL_LOGS and CAPTURES.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { ImportedTrace } from '../../traces/import/import.ts';
import { openTrace } from '../../traces/open.ts';
import { rowsOf, samplePath } from './rows.ts';

const LOGS = [
  ...['pseries-stock.qemu.log', 'p9-fio.qemu.log'].map(samplePath),
  ...pathsIn(process.env.QEMU_LOGS),
];
const KERNEL_LOGS = [
  samplePath('p9-dma-head.ftrace.txt'),
  ...['pseries-dma', 'powernv-tce-build'].map(
    (name) => new URL(`data/${name}.ftrace.txt`, import.meta.url).pathname,
  ),
  ...pathsIn(process.env.KERNEL_LOGS),
];
const CAPTURES = [
  ...['p8-nobypass-head', 'p9-bypass-head', 'p9-nobypass-head', 'p9-fio', 'p9-vfio', 'pseries-vfio']
    .map((name) => `${name}.jsonl`)
    .map(samplePath),
  ...pathsIn(process.env.CAPTURES),
];

function pathsIn(text = ''): string[] {
  return text.split(' ').filter((path) => path !== '');
}

function linesOf(path: string): string[] {
  return readFileSync(path, 'utf8').trimEnd().split('\n');
}

/** Rows of a log by operation; what is absent is 0. */
async function rowsByOp(trace: ImportedTrace): Promise<(...ops: string[]) => number> {
  const rows = new Map<string, number>();
  for (const { op } of await rowsOf(trace)) rows.set(op, (rows.get(op) ?? 0) + 1);
  return (...ops) => ops.reduce((sum, op) => sum + (rows.get(op) ?? 0), 0);
}

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
  const lines = linesOf(path);
  const events = eventsOf(lines);
  const trace = (await openTrace(path)) as ImportedTrace;
  const made = await rowsByOp(trace);
  const logged = (...names: string[]) =>
    names.reduce((sum, name) => sum + (events.get(name) ?? 0), 0);
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
  for (const name of ['spapr_iommu_new_table', 'spapr_iommu_ddw_query', 'pci_nvme_map_addr']) {
    expect(skipped(`other event: ${name}`)).toBe(logged(name));
  }
});

/** Items of an array of a kernel event. */
function itemsOf(line: string, key: string): number {
  const items = new RegExp(`${key}=\\{([^}]*)\\}`).exec(line)?.[1] ?? '';
  return items === '' ? 0 : items.split(',').length;
}

test.each(KERNEL_LOGS)('each mapping of %s is a row for each piece of memory', async (path) => {
  const lines = linesOf(path);
  const trace = (await openTrace(path)) as ImportedTrace;
  const made = await rowsByOp(trace);
  const logged = (event: RegExp) => lines.filter((line) => event.test(line));
  const lists = logged(/: dma_map_sg:/);
  const entries = lists.map((line) => itemsOf(line, 'phys_addrs'));
  const segmentsOf = new Map(
    lists.map((line) => [/phys_addrs=\S+/.exec(line)?.[0], itemsOf(line, 'dma_addrs')]),
  );
  const unmapped = logged(/: dma_unmap_sg:/).map(
    (line) => segmentsOf.get(/phys_addrs=\S+/.exec(line)?.[0]) ?? 0,
  );
  const sum = (counts: readonly number[]) => counts.reduce((total, each) => total + each, 0);

  expect(trace.lines).toBe(lines.length);
  expect(made('map')).toBe(logged(/: dma_(?:map_page|alloc):/).length + sum(entries));
  expect(made('unmap')).toBe(logged(/: dma_(?:unmap_page|free):/).length + sum(unmapped));
  expect(made('map', 'unmap')).toBeGreaterThan(0);
  expect(sum([...trace.skipped.counts.values()])).toBe(
    lines.length -
      logged(/: dma_\w+:/).length +
      unmapped.filter((segments) => segments === 0).length,
  );
  expect(trace.skipped.counts.has('malformed line')).toBe(false);
});

test.each(CAPTURES)('each array of %s is a row, the clearing of n TCEs n', async (path) => {
  const lines = linesOf(path);
  const arrays = lines.map((line) => JSON.parse(line) as unknown[]);
  const trace = (await openTrace(path)) as ImportedTrace;
  const made = await rowsByOp(trace);
  const logged = (kind: string) => arrays.filter(([name]) => name === kind);
  const cleared = logged('clear').reduce((sum, [, , , count]) => sum + (count as number), 0);

  expect(trace.lines).toBe(lines.length);
  expect([...trace.skipped.counts]).toEqual([]);
  expect(made('read', 'write')).toBe(logged('dma').length);
  expect(made('kill')).toBe(logged('kill').length);
  expect(made('tve')).toBe(logged('tve').length);
  expect(made('stuff')).toBe(logged('stuff').length);
  expect(made('indirect')).toBe(logged('multi').length);
  expect(made('remove')).toBe(logged('unwin').length);
  expect(made('put')).toBe(logged('put').length + cleared);
});
