/** Pages that a partition's drivers map, as hypercalls. */
import { describe, expect, test } from 'vitest';
import { GuestTable } from '../../models/pseries/guest-table.ts';
import { H_PARAMETER, H_SUCCESS } from '../../models/pseries/hcall.ts';
import {
  PartitionPlatform,
  POWERVM_PLATFORM,
  QEMU_PLATFORM,
} from '../../models/pseries/platform.ts';
import { callerOf, GiB, newMemory } from './pseries-host.ts';

const WINDOW = { liobn: 0x8000_0000, start: 0n, pageShift: 12, windowShift: 30 };

function newTable(
  options: { hasIndirect?: boolean; stuffMax?: number; rules?: typeof QEMU_PLATFORM } = {},
) {
  const platform = new PartitionPlatform(
    options.rules ?? QEMU_PLATFORM,
    newMemory(16),
    newMemory(1),
  );
  const { liobn, start, pageShift } = WINDOW;
  platform.hypervisor.open({ liobn, start, pageShift, bytes: GiB });
  const caller = callerOf(platform, options.hasIndirect ?? true);
  return {
    table: new GuestTable(caller, WINDOW, options.stuffMax),
    hypervisor: platform.hypervisor,
  };
}

describe('mapping', () => {
  test('a 64K page of 4K TCEs is one list of 16, as in the capture', () => {
    // spapr_iommu_pci_indirect ioba=0x30000000 iobaN=0xf tceN=0x64cf003, spapr_iommu_pci_put tce=0x5566003
    const { table, hypervisor } = newTable();
    table.map({ entry: 0x3_0000, pages: 16, real: 0x64c_0000n, isToDevice: false });
    expect(hypervisor.calls).toMatchObject({ H_PUT_TCE_INDIRECT: 1, H_PUT_TCE: 0 });
    expect(hypervisor.getTce(WINDOW.liobn, 0x3000_f000n).tce).toBe(0x64c_f003n);
    table.map({ entry: 1, pages: 1, real: 0x556_6000n, isToDevice: false });
    expect(hypervisor.calls).toMatchObject({ H_PUT_TCE_INDIRECT: 1, H_PUT_TCE: 1 });
    expect(hypervisor.getTce(WINDOW.liobn, 0x1000n).tce).toBe(0x556_6003n);
  });

  test('data for the device may only be read by it', () => {
    const { table, hypervisor } = newTable();
    table.map({ entry: 0x20, pages: 1, real: 0x65a_0000n, isToDevice: true });
    expect(hypervisor.getTce(WINDOW.liobn, 0x2_0000n).tce).toBe(0x65a_0001n);
  });

  test('1200 pages are three lists, or 1200 calls without lists', () => {
    const lists = newTable();
    lists.table.map({ entry: 0, pages: 1200, real: GiB, isToDevice: false });
    expect(lists.hypervisor.calls.H_PUT_TCE_INDIRECT).toBe(3);
    const single = newTable({ hasIndirect: false });
    single.table.map({ entry: 0, pages: 1200, real: GiB, isToDevice: false });
    expect(single.hypervisor.calls.H_PUT_TCE).toBe(1200);
    for (const { hypervisor } of [lists, single]) {
      expect(hypervisor.getTce(WINDOW.liobn, 1199n << 12n).tce).toBe(GiB + (1199n << 12n) + 3n);
    }
  });

  test('behind the window ends lists at the first failure, and single TCEs never', () => {
    const last = 262_144 - 2;
    const lists = newTable();
    expect(lists.table.map({ entry: last, pages: 2000, real: 0n, isToDevice: false })).toBe(
      H_PARAMETER,
    );
    expect(lists.hypervisor.calls.H_PUT_TCE_INDIRECT).toBe(1);
    const single = newTable({ hasIndirect: false });
    expect(single.table.map({ entry: last, pages: 10, real: 0n, isToDevice: false })).toBe(
      H_PARAMETER,
    );
    expect(single.hypervisor.calls.H_PUT_TCE).toBe(10);
  });
});

describe('clearing', () => {
  test('is one call for any number of TCEs, or one for each 512', () => {
    const before = newTable();
    expect(before.table.clear(0, 2000)).toBe(H_SUCCESS);
    expect(before.hypervisor.calls.H_STUFF_TCE).toBe(1);
    const since = newTable({ stuffMax: 512 });
    since.table.clear(0, 2000);
    expect(since.hypervisor.calls.H_STUFF_TCE).toBe(4);
  });

  test('of more than 512 with one call is refused by PowerVM, and the TCEs stay', () => {
    const { table, hypervisor } = newTable({ rules: POWERVM_PLATFORM });
    table.map({ entry: 0, pages: 600, real: 0n, isToDevice: false });
    expect(table.clear(0, 600)).toBe(H_PARAMETER);
    expect(hypervisor.getTce(WINDOW.liobn, 0x1000n).tce).toBe(0x1003n);
  });
});
