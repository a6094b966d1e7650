import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { REFUSED } from '../../traces/format.ts';
import type { ImportedTrace } from '../../traces/import/import.ts';
import { openTrace } from '../../traces/open.ts';
import { importText, type Row, rowsOf, samplePath } from './rows.ts';

function brief({ op, phb, pe, length, address, value }: Row) {
  return [op, phb, pe, length, address, value];
}

async function importLog(...lines: string[]) {
  return importText('qemu.log', lines);
}

const PUT = 'spapr_iommu_pci_put liobn=0x80000000 ioba=0x1000 tce=0x45ad003 ret=0';

describe('hypercalls', () => {
  test('are read with and without time stamps, LIOBN and 0x', async () => {
    const { rows } = await importLog(
      `1430@1795325310.501909:${PUT}`,
      'spapr_iommu_put liobn=80000000 ioba=0x2000 tce=0x3a420003 ret=0',
    );
    expect(rows.map(brief)).toEqual([
      ['create', 0, 1, 12, 0n, 1n << 30n],
      ['put', 0, 1, 1, 0x1000n, 0x45ad003n],
      ['put', 0, 1, 1, 0x2000n, 0x3a420003n],
    ]);
    expect(rows.every(({ timeNs }) => timeNs === 0n)).toBe(true);
  });

  test('H_STUFF_TCE begins its pages in front of the logged address', async () => {
    const { rows } = await importLog(
      'spapr_iommu_pci_stuff liobn=0x80000000 ioba=0x200000 tcevalue=0x0 npages=512 ret=0',
    );
    expect(rows[1]).toMatchObject({ op: 'stuff', address: 0n, length: 512, value: 0n });
  });

  test('H_PUT_TCE_INDIRECT is counted back from its last entry', async () => {
    const { rows } = await importLog(
      'spapr_iommu_pci_indirect liobn=0x80000000 ioba=0x30000000 tcelist=0x2270000 iobaN=0xf tceN=0x228f003 ret=0',
    );
    expect(rows[1]).toMatchObject({
      op: 'indirect',
      address: 0x30000000n,
      length: 16,
      value: 0x2280003n,
    });
  });

  test('a list whose entries are logged is taken from them, in runs that step by the page', async () => {
    const entry = (ioba: string, tce: string) =>
      `spapr_iommu_indirect_entry liobn=0x80000000 ioba=${ioba} tce=${tce} ret=0`;
    const { rows } = await importLog(
      entry('0x1000', '0x5001'),
      entry('0x2000', '0x6001'),
      entry('0x3000', '0x9003'),
      entry('0x4000', '0xa003'),
      entry('0x5000', '0xb003'),
      'spapr_iommu_pci_indirect liobn=0x80000000 ioba=0x1000 tcelist=0x0 iobaN=0x4 tceN=0xb003 ret=0',
      PUT,
    );
    expect(rows.slice(1).map(brief)).toEqual([
      ['indirect', 0, 1, 2, 0x1000n, 0x5001n],
      ['indirect', 0, 1, 3, 0x3000n, 0x9003n],
      ['put', 0, 1, 1, 0x1000n, 0x45ad003n],
    ]);
  });

  test('windows come and go with DDW calls; a reset leaves the default one', async () => {
    const create =
      'spapr_iommu_ddw_create buid=0x800000020000000 addr=0x800, page size=0x1000000, requested=0x100000000, start addr=0x800000000000000, liobn=0x80000001';
    const { rows } = await importLog(
      PUT,
      create,
      'spapr_iommu_ddw_remove liobn=0x80000001',
      create,
      create.replaceAll('20000000', '20000001').replace('80000001', '80000101'),
      'spapr_iommu_ddw_reset buid=0x800000020000000 addr=0x800',
    );
    expect(rows.slice(2).map(({ op, phb }) => [op, phb])).toEqual([
      ['create', 0],
      ['remove', 0],
      ['create', 0],
      ['create', 1],
      ['remove', 0],
    ]);
    expect(rows[2]).toMatchObject({ address: 1n << 59n, length: 24, value: 1n << 32n });
  });
});

describe('a translation of stock QEMU', () => {
  const xlate = (at: string, perm = 3) =>
    `spapr_iommu_xlate liobn=0x80000000 ${at} -> 0x6570000 perm=${perm} mask=0xfff`;

  test('in front of an NVMe command is the fetch of its 64-byte entry', async () => {
    const { rows } = await importLog(
      xlate('0x30010040'),
      "pci_nvme_admin_cmd cid 17 sqid 0 opc 0x2 opname 'NVME_ADM_CMD_GET_LOG_PAGE'",
    );
    expect(rows[1]).toMatchObject({
      op: 'read',
      length: 64,
      address: 0x30010040n,
      value: 0x6570040n,
    });
  });

  test('of an NVMe data pointer has its direction from the opcode, its length from the map', async () => {
    const { source, rows } = await importLog(
      "pci_nvme_io_cmd cid 1 nsid 0x1 sqid 1 opc 0x2 opname 'NVME_NVM_CMD_READ'",
      'pci_nvme_map_prp trans_len 3584 len 8192 prp1 0x1200 prp2 0x7000 num_prps 3',
      xlate('0x1200'),
      xlate('0x9000'),
      "pci_nvme_io_cmd cid 2 nsid 0x1 sqid 1 opc 0x1 opname 'NVME_NVM_CMD_WRITE'",
      'pci_nvme_map_prp trans_len 4096 len 8192 prp1 0x1000 prp2 0x2000 num_prps 3',
      xlate('0x1000'),
      xlate('0x2000'),
      xlate('0x1000'),
    );
    expect(rows.slice(1).map(({ op, length, address }) => [op, length, address])).toEqual([
      ['write', 3584, 0x1200n],
      ['read', 64, 0x9000n],
      ['read', 4096, 0x1000n],
      ['read', 4096, 0x2000n],
      ['read', 16, 0x1000n],
    ]);
    expect([...(source as ImportedTrace).skipped.assumed.values()]).toEqual([1]);
  });

  test('of a list of pages is followed by its pages, the last one shorter', async () => {
    const { rows } = await importLog(
      "pci_nvme_io_cmd cid 1 nsid 0x1 sqid 1 opc 0x2 opname 'NVME_NVM_CMD_READ'",
      'pci_nvme_map_prp trans_len 4096 len 12800 prp1 0x5000 prp2 0x69a0100 num_prps 4',
      xlate('0x69a0100'),
      xlate('0x5000'),
      xlate('0x40000'),
      xlate('0x51000'),
      xlate('0x62000'),
      xlate('0x73000'),
    );
    expect(rows.slice(1).map(({ op, length }) => [op, length])).toEqual([
      ['read', 0xf00],
      ['write', 4096],
      ['write', 4096],
      ['write', 4096],
      ['write', 512],
      ['read', 16],
    ]);
  });

  test('of a list that goes on in another page is followed by that list, then by the data', async () => {
    // 2 entries fit behind 0x20ff0: a page, and where the list of the other 3 pages is.
    const { source, rows } = await importLog(
      "pci_nvme_io_cmd cid 1 nsid 0x1 sqid 1 opc 0x2 opname 'NVME_NVM_CMD_READ'",
      'pci_nvme_map_prp trans_len 4096 len 20480 prp1 0x10000 prp2 0x20ff0 num_prps 6',
      ...['0x20ff0', '0x30000', '0x10000', '0x41000', '0x42000', '0x43000', '0x44000'].map((at) =>
        xlate(at),
      ),
    );
    expect(rows.slice(1).map(({ op, length, address }) => [op, length, address])).toEqual([
      ['read', 16, 0x20ff0n],
      ['read', 24, 0x30000n],
      ['write', 4096, 0x10000n],
      ['write', 4096, 0x41000n],
      ['write', 4096, 0x42000n],
      ['write', 4096, 0x43000n],
      ['write', 4096, 0x44000n],
    ]);
    expect((source as ImportedTrace).skipped.assumed.size).toBe(0);
  });

  test('of a list of more than 512 pages is followed by one list for each further 511', async () => {
    // 1,025 pages behind the first: lists of 512, of 512 of the 514 that are left, and of the last 3.
    const { rows } = await importLog(
      "pci_nvme_io_cmd cid 1 nsid 0x1 sqid 1 opc 0x1 opname 'NVME_NVM_CMD_WRITE'",
      'pci_nvme_map_prp trans_len 4096 len 4202496 prp1 0x10000 prp2 0x20000 num_prps 1026',
      ...['0x20000', '0x30000', '0x40000', '0x10000', '0x50000'].map((at) => xlate(at)),
    );
    expect(rows.slice(1).map(({ length }) => length)).toEqual([4096, 4096, 24, 4096, 4096]);
  });

  test('lies in its page, whatever permission bits QEMU prints below the mask', async () => {
    const { rows } = await importLog(
      'spapr_iommu_xlate liobn=80000000 0x20ff4 -> 0x3a420003 perm=3 mask=fff',
    );
    expect(rows[1]?.value).toBe(0x3a420ff4n);
  });

  test('of a virtual device gives no row, and nothing is assumed of it', async () => {
    const { source, rows } = await importLog(
      'spapr_iommu_xlate liobn=71000003 0x1000 -> 0x3a420000 perm=3 mask=fff',
    );
    expect(rows).toEqual([]);
    expect((source as ImportedTrace).skipped.assumed.size).toBe(0);
    expect([...source.skipped.counts]).toEqual([['window of a virtual device, not of a PHB', 1]]);
  });

  test('without permission is refused once, however often QEMU tries on in 4-byte pieces', async () => {
    const { source, rows } = await importLog(
      xlate('0x1000', 0),
      xlate('0x1004', 0),
      xlate('0x1008', 0),
      xlate('0x3000', 0),
    );
    expect(rows.slice(1).map(({ address, value }) => [address, value])).toEqual([
      [0x1000n, REFUSED],
      [0x3000n, REFUSED],
    ]);
    expect([...source.skipped.counts]).toEqual([['retry of a refused DMA', 2]]);
  });

  test('is not a second DMA where the log has DMA lines', async () => {
    const { rows } = await importLog(
      xlate('0x1040'),
      'iommu_dma tce-iommu-80000000 iova=0x1040 len_in=0x80 len=0x40 w=1 pa=0x6570040 mask=0xfff perm=3',
      xlate('0x2000'),
      'iommu_dma tce-iommu-80000000 iova=0x2000 len_in=0x40 len=0x40 w=0 pa=0x6570000 mask=0xfff perm=3',
    );
    expect(rows.slice(1).map(brief)).toEqual([
      ['write', 0, 1, 0x40, 0x1040n, 0x6570040n],
      ['read', 0, 1, 0x40, 0x2000n, 0x6570000n],
    ]);
  });
});

describe('a bare-metal log', () => {
  const xlate = (iova: string, w = 0) =>
    `pnv_phb_xlate phb=0 devfn=0x8 pe=509 sel=0 tve=0x23200605 iova=${iova} w=${w}`;
  const read = 'pnv_phb_tce_read lev=0 taddr=0x2320008 tce=0x19e50001';
  const dma = (iova: string, asked: string, length: string, w = 0) =>
    `iommu_dma phb4-0.0-iommu iova=${iova} len_in=${asked} len=${length} w=${w} pa=0x19e50000 mask=0xffff perm=1`;

  test('joins translation, table read and DMA', async () => {
    const { rows } = await importLog(xlate('0x10000'), read, dma('0x10000', '0x40', '0x40'));
    expect(rows.map(brief)).toEqual([
      ['store', 0, 0, 8, 0x2320008n, 0x19e50001n],
      ['read', 0, 509, 64, 0x10000n, 0x19e50000n],
    ]);
    expect(rows[1]?.rid).toBe(8);
  });

  test('has one refusal for a DMA that is tried on in pieces, with all its bytes', async () => {
    const lines = [0x10000, 0x10004, 0x10008].flatMap((at, piece) => [
      xlate(`0x${at.toString(16)}`, 1),
      read,
      dma(`0x${at.toString(16)}`, `0x${(12 - 4 * piece).toString(16)}`, '0x0', 1),
    ]);
    const next = [xlate('0x1000c', 1), read, dma('0x1000c', '0x4', '0x0', 1)];
    const { rows } = await importLog(...lines, ...next);
    expect(rows.slice(1).map(brief)).toEqual([
      ['write', 0, 509, 12, 0x10000n, REFUSED],
      ['write', 0, 509, 4, 0x1000cn, REFUSED],
    ]);
  });

  test('has a row for a TVE only when it changes', async () => {
    const tve = (value: string) => `pnv_phb_tve_write phb=0 tve=1018 val=${value}`;
    const { source, rows } = await importLog(tve('0x0'), tve('0x5'), tve('0x5'), tve('0x0'));
    expect(rows.map(({ op, pe, value }) => [op, pe, value])).toEqual([
      ['tve', 509, 5n],
      ['tve', 509, 0n],
    ]);
    expect([...source.skipped.counts.values()]).toEqual([2]);
  });

  test('gives the same rows as the compact capture of the same run', async () => {
    const log = await openTrace(samplePath('p9-fio.qemu.log'));
    const capture = await openTrace(samplePath('p9-fio.jsonl'));
    expect(await rowsOf(log)).toEqual(await rowsOf(capture));
    expect(log.skipped.counts.size).toBe(0);
  });
});

test('the stock sample gives a row for each call and translation that stands in it', async () => {
  const lines = readFileSync(samplePath('pseries-stock.qemu.log'), 'utf8').trim().split('\n');
  const count = (event: string) => lines.filter((line) => line.includes(`:${event} `)).length;
  const source = (await openTrace(samplePath('pseries-stock.qemu.log'))) as ImportedTrace;
  const rows = await rowsOf(source);
  const rowCount = (...ops: string[]) => rows.filter(({ op }) => ops.includes(op)).length;
  expect(rowCount('read', 'write')).toBe(count('spapr_iommu_xlate'));
  expect(rowCount('put')).toBe(count('spapr_iommu_pci_put'));
  expect(rowCount('stuff')).toBe(count('spapr_iommu_pci_stuff'));
  expect(rowCount('indirect')).toBe(count('spapr_iommu_pci_indirect'));
  expect(rowCount('create')).toBe(1);
  expect(source.lines).toBe(lines.length);
});

test('every DMA of the stock sample lands where its own hypercalls mapped it', async () => {
  const rows = await rowsOf(await openTrace(samplePath('pseries-stock.qemu.log')));
  const table = new Map<bigint, bigint>();
  let wrong = 0;
  for (const { op, address, length, value } of rows) {
    const page = address >> 12n;
    if (op === 'put') table.set(page, value);
    for (let entry = 0n; entry < length && (op === 'indirect' || op === 'stuff'); entry += 1n) {
      table.set(page + entry, op === 'stuff' ? value : value + (entry << 12n));
    }
    if (op !== 'read' && op !== 'write') continue;
    const tce = table.get(page) ?? 0n;
    const permitted = (tce & (op === 'read' ? 1n : 2n)) !== 0n;
    if (!permitted || ((tce & ~0xfffn) | (address & 0xfffn)) !== value) wrong += 1;
  }
  expect(wrong).toBe(0);
});

test('other events are counted by name, the first 64 of them', async () => {
  const others = Array.from({ length: 66 }, (_, index) => `4242@1.000001:pci_event_${index} a=1`);
  const { source } = await importLog(PUT, ...others, ...others, 'pci_cfg_read x 1');
  const { counts } = source.skipped;
  expect(counts.size).toBe(65);
  expect(counts.get('other event: pci_event_0')).toBe(2);
  expect(counts.get('other event: pci_event_63')).toBe(2);
  expect(counts.get('other event')).toBe(5);
});

test.each([
  ['guest1 ', 'guest1 '],
  ['[2] ', '[2] '],
  [' ', ' '],
  ['1430@1795325310.501909:pci_cfg_re1430@1.5:', '1430@1795325310.501909:pci_cfg_re1430@1...'],
])('a known event behind %o is malformed, not another event', async (prefix, shown) => {
  const { source, rows } = await importLog(PUT, `${prefix}${PUT}`);
  expect(rows).toHaveLength(2);
  expect(source.skipped.first).toEqual([
    {
      line: 2,
      reason:
        'spapr_iommu_pci_put: expected TID@SEC.USEC:, a time in ISO 8601 or nothing in front of it, ' +
        `got '${shown}'`,
    },
  ]);
});

test('a known event without arguments is malformed', async () => {
  const { source } = await importLog(PUT, 'spapr_iommu_put');
  expect(source.skipped.first).toEqual([
    { line: 2, reason: 'spapr_iommu_put: expected arguments' },
  ]);
});

test('a known event of another form is kept with its line, an unknown one counted', async () => {
  const { source, rows } = await importLog(
    PUT,
    'spapr_iommu_get liobn=0x80000000 ioba=0x0 ret=0 tce=0x0',
    'SLOF: some text of the guest',
    'spapr_iommu_pci_put liobn=0x80000000 ioba=0x1000',
    'spapr_iommu_pci_put liobn=0x80000000 ioba=0x10000000000000000 tce=0x1 ret=0',
  );
  expect(rows).toHaveLength(2);
  expect([...source.skipped.counts]).toEqual([
    ['H_GET_TCE, which changes nothing', 1],
    ['text that is no event', 1],
    ['malformed line', 2],
  ]);
  expect(source.skipped.first).toEqual([
    { line: 4, reason: 'spapr_iommu_pci_put: the arguments have another form' },
    {
      line: 5,
      reason:
        "spapr_iommu_pci_put: ioba: expected a 64-bit hexadecimal number, got '0x10000000000000000'",
    },
  ]);
});
