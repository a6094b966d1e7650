import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { ImportedTrace } from '../../traces/import/import.ts';
import { openTrace } from '../../traces/open.ts';
import { importText, type Row, rowsOf, samplePath, temporaryFile } from './rows.ts';

function brief({ op, phb, pe, length, address, value }: Row) {
  return [op, phb, pe, length, address, value];
}

async function importLog(...lines: string[]) {
  return importText('qemu.log', lines);
}

const PUT = 'spapr_iommu_put liobn=0x80000000 ioba=0x1000 tce=0x45ad003 ret=0';
const XLATE = 'spapr_iommu_xlate liobn=80000000 0x1ff0 -> 0x45ad000 perm=3 mask=fff';

describe('VFIO without the calls of a guest', () => {
  const CREATE =
    'vfio_spapr_create_window pageshift=0x10 levels=2 winsize=0x10000000000 offset=0x800000000000000';

  test('tells of windows with their levels', async () => {
    const { source, rows } = await importLog(
      CREATE,
      'vfio_spapr_group_attach Attached groupfd 23 to liobn fd 24',
      'vfio_spapr_remove_window offset=0x800000000000000',
    );
    expect(rows.map(brief)).toEqual([
      ['create', 0, 1, 0x10 | (2 << 8), 1n << 59n, 1n << 40n],
      ['remove', 0, 1, 0, 1n << 59n, 0n],
    ]);
    expect([...source.skipped.counts]).toEqual([['other event: vfio_spapr_group_attach', 1]]);
  });

  test('tells of mappings, whose real address is assumed', async () => {
    const { source, rows } = await importLog(
      CREATE,
      'vfio_iommu_map_notify iommu MAP @ 0x8000000000a0000 - 0x8000000000affff',
      'vfio_iommu_map_notify iommu UNMAP @ 0x8000000000a0000 - 0x8000000000affff',
    );
    expect(rows.slice(1).map(brief)).toEqual([
      ['map', 0, 1, 65536, (1n << 59n) + 0xa0000n, 0xa0003n],
      ['unmap', 0, 1, 65536, (1n << 59n) + 0xa0000n, 0n],
    ]);
    expect([...(source as ImportedTrace).skipped.assumed]).toEqual([
      ['real address of a mapping', 1],
    ]);
  });

  test('tells of mappings of more than 2 GiB in several rows', async () => {
    const { source, rows } = await importLog(
      'vfio_spapr_create_window pageshift=0x10 levels=2 winsize=0x10000000000 offset=0x0',
      'vfio_iommu_map_notify iommu MAP @ 0x10000 - 0x10000ffff',
      'vfio_iommu_map_notify iommu UNMAP @ 0x10000 - 0x10000ffff',
    );
    expect(rows.slice(1).map(brief)).toEqual([
      ['map', 0, 1, 2 ** 31, 0x10000n, 0x10003n],
      ['map', 0, 1, 2 ** 31, 0x80010000n, 0x80010003n],
      ['unmap', 0, 1, 2 ** 31, 0x10000n, 0n],
      ['unmap', 0, 1, 2 ** 31, 0x80010000n, 0n],
    ]);
    expect([...(source as ImportedTrace).skipped.assumed.values()]).toEqual([2]);
  });

  test('unmaps of the whole address space what lies in the windows', async () => {
    const all = 'vfio_iommu_map_notify iommu UNMAP @ 0x0 - 0xffffffffffffffff';
    const { source, rows } = await importLog(
      all,
      'vfio_spapr_create_window pageshift=0x10 levels=1 winsize=0x40000000 offset=0x0',
      'vfio_spapr_create_window pageshift=0x10 levels=2 winsize=0x80010000 offset=0x800000000000000',
      all,
    );
    expect(rows.slice(2).map(brief)).toEqual([
      ['unmap', 0, 1, 2 ** 30, 0n, 0n],
      ['unmap', 0, 1, 2 ** 31, 1n << 59n, 0n],
      ['unmap', 0, 1, 0x10000, (1n << 59n) + 0x80000000n, 0n],
    ]);
    expect([...source.skipped.counts]).toEqual([['unmapping outside the windows', 1]]);
  });

  test('assumes nothing of a mapping that gives no row', async () => {
    const { source, rows } = await importLog(
      'vfio_iommu_map_notify iommu MAP @ 0x8000000000a0000 - 0x8000000000affff',
    );
    expect(rows).toEqual([]);
    expect((source as ImportedTrace).skipped.assumed.size).toBe(0);
  });

  test('has registrations of memory that change no table', async () => {
    const { source, rows } = await importLog(
      'vfio_prereg_register va=0x7fff40000000 size=0x80000000 ret=0',
      'vfio_prereg_unregister va=0x7fff40000000 size=0x80000000 ret=-12',
    );
    expect(rows).toEqual([]);
    expect([...source.skipped.counts.values()]).toEqual([2]);
  });

  test('is malformed where it makes no sense', async () => {
    const { source } = await importLog(
      'vfio_iommu_map_notify iommu REMAP @ 0x1000 - 0x1fff',
      'vfio_iommu_map_notify iommu MAP @ 0x2000 - 0x1fff',
      'vfio_iommu_map_notify iommu MAP @ 0x0 - 0xffffffffffffffff',
      'vfio_spapr_create_window pageshift=0x40 levels=2 winsize=0x1 offset=0x0',
    );
    expect(source.skipped.first.map(({ reason }) => reason)).toEqual([
      "vfio_iommu_map_notify: operation: expected MAP or UNMAP, got 'REMAP'",
      'vfio_iommu_map_notify: end: expected an address behind the first',
      'vfio_iommu_map_notify: end: expected an address less than 16 TiB behind the first',
      'vfio_spapr_create_window: pageshift: expected at most 63, got 64',
    ]);
  });
});

test("VFIO's lines are no rows of their own where the log has the guest's calls", async () => {
  const { source, rows } = await importLog(
    'vfio_iommu_map_notify iommu MAP @ 0x1000 - 0x1fff',
    PUT,
    'vfio_iommu_map_notify iommu MAP @ 0x2000 - 0x2fff',
    PUT.replace('0x1000', '0x2000'),
  );
  expect(rows.map(({ op }) => op)).toEqual(['create', 'put', 'put']);
  expect([...source.skipped.counts]).toEqual([["what QEMU made of a guest's call", 2]]);
});

describe('address_space_map', () => {
  const map = (space: string, at: string, bytes: string, write: number) =>
    `address_space_map as:${space} addr ${at}:${bytes} write:${write} attrs:0x1`;

  test('is the DMA itself where nothing translates; each address space is a PE', async () => {
    const { rows } = await importLog(
      map('0x55d0fb9beff0', '0x1000', '200', 0),
      map('0x55d0fb9bf000', '0x800000000002000', '40', 1),
      map('0x55d0fb9beff0', '0x3000', '0', 1),
      map('0x55d0fb9beff0', '0x3000', '10', 1),
    );
    expect(rows.map(brief)).toEqual([
      ['read', 0, 1, 0x200, 0x1000n, 0n],
      ['write', 0, 2, 0x40, (1n << 59n) + 0x2000n, 0n],
      ['write', 0, 1, 0x10, 0x3000n, 0n],
    ]);
  });

  test('is no DMA where a translation shows later that the log has them', async () => {
    const { source, rows } = await importLog(
      map('0x55d0fb9beff0', '0x3ff00000', '512', 1),
      PUT,
      map('0x55d0fb9beff0', '0x3ff00000', '200', 0),
      map('0x55d0aaaaeff0', '0x1ff0', '200', 1),
      XLATE,
    );
    expect(rows.map(brief)).toEqual([
      ['create', 0, 1, 12, 0n, 1n << 30n],
      ['put', 0, 1, 1, 0x1000n, 0x45ad003n],
      ['write', 0, 1, 0x10, 0x1ff0n, 0x45adff0n],
    ]);
    expect([...source.skipped.counts]).toEqual([['memory that no IOMMU translates', 2]]);
    expect((source as ImportedTrace).skipped.assumed.size).toBe(0);
  });

  test('is assumed to be one in a log whose first 65,536 rows have no translation', async () => {
    const maps = Array.from({ length: 65_537 }, () => map('0x55d0fb9beff0', '0x1000', '200', 0));
    const { source, rows } = await importLog(...maps, 'pci_nvme_io_cmd x opc 0x2', XLATE);
    const { counts, assumed } = (source as ImportedTrace).skipped;
    expect(rows).toHaveLength(65_537 + 2);
    expect(counts.size).toBe(0);
    expect(assumed.get('that address_space_map is a DMA')).toBe(65_537);
  });

  test('gives the translations behind it their direction and length, page by page', async () => {
    const { source, rows } = await importLog(
      map('0x55d0fb9beff0', '0x1ff0', '40', 1),
      XLATE,
      XLATE.replace('0x1ff0', '0x2000'),
      XLATE.replace('0x1ff0', '0x9000'),
      map('0x55d0fb9bf000', '0x5000', '40', 1),
      PUT,
    );
    expect(rows.filter(({ op }) => op === 'read' || op === 'write').map(brief)).toEqual([
      ['write', 0, 1, 0x10, 0x1ff0n, 0x45adff0n],
      ['write', 0, 1, 0x30, 0x2000n, 0x45ad000n],
      ['read', 0, 1, 16, 0x9000n, 0x45ad000n],
    ]);
    expect([...source.skipped.counts]).toEqual([['memory that no IOMMU translates', 1]]);
  });
});

describe('a line', () => {
  test('may have the old prefix, the time in ISO 8601, or none', async () => {
    const { source, rows } = await importLog(
      `1430@1795325310.501909:${PUT}`,
      `7@99.000001:${PUT}`,
      `2026-11-22T14:27:05.123456Z ${PUT}`,
      PUT,
    );
    expect(rows.map(({ op }) => op)).toEqual(['create', 'put', 'put', 'put', 'put']);
    expect(source.skipped.counts.size).toBe(0);
  });

  test('may end in CRLF', async () => {
    const plain = readFileSync(samplePath('pseries-stock.qemu.log'), 'utf8');
    const path = temporaryFile('x', plain.replaceAll('\n', '\r\n'));
    const rows = await rowsOf(await openTrace(path));
    expect(rows).toEqual(await rowsOf(await openTrace(samplePath('pseries-stock.qemu.log'))));
  });

  test('that was cut off at the end of the file is malformed, wherever it was cut', async () => {
    for (let left = 'spapr_iommu_put '.length; left < PUT.length; left += 1) {
      const path = temporaryFile('x', `${PUT}\n${PUT.slice(0, left)}`);
      const trace = await openTrace(path);
      expect(await rowsOf(trace)).toHaveLength(2);
      expect(trace.skipped.first.map(({ line }) => line)).toEqual([2]);
    }
    const whole = await openTrace(temporaryFile('x', `${PUT}\n${PUT}`));
    expect(await rowsOf(whole)).toHaveLength(3);
  });

  test('names the field that does not fit, what was wanted and what stands there', async () => {
    const { source } = await importLog(
      PUT,
      PUT.replace('ioba=0x1000', 'ioba=0xg'),
      PUT.replace('liobn=0x80000000', 'liobn=0x180000000'),
      PUT.replace('ret=0', 'ret='),
      'pnv_phb_tce_kill phb=256 val=0x0',
    );
    expect(source.skipped.first.map(({ reason }) => reason)).toEqual([
      "spapr_iommu_put: ioba: expected a 64-bit hexadecimal number, got '0xg'",
      "spapr_iommu_put: liobn: expected a 32-bit hexadecimal number, got '0x180000000'",
      "spapr_iommu_put: ret: expected a whole number below 2147483648, got ''",
      "pnv_phb_tce_kill: phb: expected a whole number below 256, got '256'",
    ]);
  });

  test('may lie across the chunks in which a file is read', async () => {
    // So many bytes of another event in front move the lines over the end of a chunk.
    const lines = Array.from({ length: 6000 }, () => PUT);
    for (const shift of [0, 1, 64, 65, 66]) {
      const path = temporaryFile('x', [`${'x'.repeat(shift)}`, ...lines].join('\n'));
      const trace = (await openTrace(path)) as ImportedTrace;
      expect(await rowsOf(trace)).toHaveLength(1 + lines.length);
      expect(trace.lines).toBe(1 + lines.length);
    }
  });
});
