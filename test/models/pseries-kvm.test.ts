/** A guest's TCE calls inside KVM on a powernv host, down to the tables that the PHB walks. */
import { describe, expect, test } from 'vitest';
import type { EraName } from '../../models/kernel/era.ts';
import { H_PARAMETER, H_SUCCESS, H_TOO_HARD } from '../../models/pseries/hcall.ts';
import { type KvmGuest, KvmTces } from '../../models/pseries/kvm.ts';
import { guestTableBytes, type TiedWindow } from '../../models/pseries/kvm-table.ts';
import { GiB, MiB, newMemory, TiB } from './pseries-host.ts';
import { outcome, TestHost } from './vfio-host.ts';

const LIOBN = 0x8000_0001;
const START = 1n << 59n;
/** Where QEMU has the guest's memory; real addresses are the same here. */
const PROCESS = 64n * GiB;
const LIST = 0x2000n;

interface Setup {
  readonly era?: EraName;
  readonly isRadix?: boolean;
  readonly guestShift?: number;
  readonly hostShift?: number;
  readonly levels?: number;
  /** The host's free memory, blocks by order. */
  readonly freeBlocks?: readonly number[];
  /** Bytes of the guest's memory that are registered. */
  readonly registered?: bigint;
}

/** A guest of 1 GiB with a window of 4 GiB at 1 << 59, tied to a host window. */
function startKvm(setup: Setup = {}) {
  const { era = '6.12', isRadix = true, guestShift = 16, hostShift = 16, levels = 1 } = setup;
  const { freeBlocks } = setup;
  const host = new TestHost(freeBlocks ? { freeBlocks } : {});
  host.container.attach(host.group);
  host.addMemory(PROCESS, GiB);
  if (setup.registered !== 0n) host.container.register(PROCESS, setup.registered ?? GiB);
  host.container.remove(0n);
  // The window at 0 takes the first slot, so that the guest's lands at 1 << 59.
  host.container.create({ windowBytes: GiB, pageShift: 16, levels: 1 });
  host.container.create({ windowBytes: 4n * GiB, pageShift: hostShift, levels });
  const guest: KvmGuest = {
    era,
    basePageShift: 16,
    isRadix,
    process: host.process,
    slots: [{ guestStart: 0n, bytes: GiB, processStart: PROCESS }],
    guestMemory: newMemory(4),
    hostMemory: host.memory,
  };
  const kvm = new KvmTces(guest);
  const shift = BigInt(guestShift);
  const request = {
    liobn: LIOBN,
    pageShift: guestShift,
    offset: START >> shift,
    size: (4n * GiB) >> shift,
  };
  const created = kvm.createTable(request);
  if (!('table' in created)) throw new Error('no table');
  const windows: TiedWindow[] = host.container.windows.map((window) => ({
    window,
    kill: (pageShift, address, pages) => host.group.kill(pageShift, address, pages),
  }));
  const tied = kvm.tie(created.table, windows);
  const { table } = host.container.windows[1];
  const killsBefore = host.phb.kills.length;
  const kills = () => host.phb.kills.length - killsBefore;
  const region = host.regions.find(PROCESS, setup.registered ?? GiB);
  return { host, kvm, guest, stt: created.table, tied, table, kills, region, windows };
}

describe('KVM_CREATE_SPAPR_TCE_64', () => {
  const request = { liobn: 9, pageShift: 12, offset: 0n, size: 262_144n };

  function newKvm(limitBytes = GiB, era: EraName = '6.12') {
    const host = new TestHost({ limitBytes });
    const guest = { era, basePageShift: 16, isRadix: true, process: host.process, slots: [] };
    return {
      host,
      kvm: new KvmTces({ ...guest, guestMemory: newMemory(1), hostMemory: host.memory }),
    };
  }

  test('charges the pages of the TCEs and the structure behind them', () => {
    const { host, kvm } = newKvm();
    expect(outcome(kvm.createTable(request))).toBe('ok');
    // 2 MiB of TCEs are 32 pages of 64K; the structure and 32 pointers are one more.
    expect(host.locked.lockedBytes).toBe(33n * 65_536n);
  });

  test('needs a second page for the structure when the pointers fill the first', () => {
    // 4K pages: (4096 - 120) / 8 = 497 pointers fit beside the structure.
    expect(guestTableBytes(497n * 512n, 12, 120n)).toBe(498n * 4096n);
    expect(guestTableBytes(498n * 512n, 12, 120n)).toBe(500n * 4096n);
    expect(guestTableBytes(1n, 12, 120n)).toBe(8192n);
  });

  test.each([
    ['no page', { size: 0n }],
    ['pages of 2 KiB', { pageShift: 11 }],
    ['pages of 32 GiB', { pageShift: 35 }],
    ['an end behind the address space', { offset: (1n << 52n) - 1n, size: 1n }],
  ])('refuses %s', (_, change) => {
    const { host, kvm } = newKvm();
    expect(outcome(kvm.createTable({ ...request, ...change }))).toBe('EINVAL');
    expect(host.locked.lockedBytes).toBe(0n);
  });

  test('refuses what the rlimit does not allow, and a LIOBN twice, and charges neither', () => {
    const { host, kvm } = newKvm(33n * 65_536n);
    expect(outcome(kvm.createTable({ ...request, size: 262_145n }))).toBe('ENOMEM');
    const created = kvm.createTable(request);
    expect(outcome(kvm.createTable({ ...request, size: 1n }))).toBe('ENOMEM');
    const roomy = newKvm();
    roomy.kvm.createTable(request);
    expect(outcome(roomy.kvm.createTable({ ...request, size: 1n }))).toBe('EBUSY');
    expect(roomy.host.locked.lockedBytes).toBe(33n * 65_536n);
    if ('table' in created) kvm.closeTable(created.table);
    expect(host.locked.lockedBytes).toBe(0n);
  });
});

describe("a host window is tied to a guest's", () => {
  test('if it begins at the same bus address, is as large, and has pages as small', () => {
    expect(outcome(startKvm().tied)).toBe('ok');
    expect(startKvm().stt.tied[0].window.place.start).toBe(START);
    expect(outcome(startKvm({ guestShift: 24 }).tied)).toBe('ok');
    expect(outcome(startKvm({ guestShift: 12 }).tied)).toBe('EINVAL');
  });

  test('not if it is smaller or elsewhere', () => {
    const { kvm, windows } = startKvm();
    const tie = (liobn: number, offset: bigint, size: bigint) => {
      const created = kvm.createTable({ liobn, pageShift: 16, offset, size });
      return 'table' in created ? outcome(kvm.tie(created.table, windows)) : 'none';
    };
    expect(tie(2, START >> 16n, 65_537n)).toBe('EINVAL');
    expect(tie(3, 1n, 16n)).toBe('EINVAL');
    expect(tie(4, 0n, 16_384n)).toBe('ok');
  });

  test('once, however often it is asked for, and never by 4.2', () => {
    const { kvm, stt, windows } = startKvm();
    expect(outcome(kvm.tie(stt, windows))).toBe('ok');
    expect(stt.tied).toHaveLength(1);
    expect(outcome(startKvm({ era: '4.2' }).tied)).toBe('ENXIO');
  });
});

describe('H_PUT_TCE', () => {
  test('of a 64K page writes 16 host TCEs of 4K and kills once', () => {
    const { kvm, table, kills, region } = startKvm({ hostShift: 12 });
    const answer = kvm.putTce(LIOBN, START + 0x5_0000n, 0x12_0003n);
    expect(answer).toMatchObject({ code: H_SUCCESS, handler: 'virtual mode', kills: 1 });
    expect(kills()).toBe(1);
    for (let page = 0n; page < 16n; page += 1n) {
      expect(table.get(0x50 + Number(page))).toBe(PROCESS + 0x12_0003n + page * 4096n);
    }
    expect(table.get(0x60)).toBe(0n);
    expect(region?.mappedEntries).toBe(16);
  });

  test("keeps the guest's value for H_GET_TCE, in a page that the first value brings", () => {
    const { kvm, stt } = startKvm();
    expect(kvm.getTce(LIOBN, START)).toMatchObject({ code: H_SUCCESS, tce: 0n });
    expect(stt.pagesAllocated).toBe(0);
    kvm.putTce(LIOBN, START + 0x1_0000n, 0x7_0001n);
    expect(kvm.getTce(LIOBN, START + 0x1_0000n).tce).toBe(0x7_0001n);
    expect(stt.pagesAllocated).toBe(1);
  });

  test('of a TCE for writing lets the device read, too', () => {
    const { kvm, table } = startKvm();
    kvm.putTce(LIOBN, START, 0x1_0002n);
    expect(table.get(0) & 3n).toBe(3n);
    kvm.putTce(LIOBN, START, 0x1_0001n);
    expect(table.get(0) & 3n).toBe(1n);
  });

  test('counts down what it replaces and unmaps', () => {
    const { kvm, region, kills } = startKvm();
    kvm.putTce(LIOBN, START, 0x1_0003n);
    kvm.putTce(LIOBN, START, 0x2_0003n);
    expect(region?.mappedEntries).toBe(1);
    kvm.putTce(LIOBN, START, 0n);
    expect(region?.mappedEntries).toBe(0);
    expect(kills()).toBe(3);
  });

  test.each([
    ['an unknown LIOBN', 7, START, 0x1_0003n, H_TOO_HARD],
    ['a bus address that splits a page', LIOBN, START + 4096n, 0x1_0003n, H_PARAMETER],
    ['a bus address in front of the window', LIOBN, START - 65_536n, 0x1_0003n, H_PARAMETER],
    ['a bus address behind the window', LIOBN, START + 4n * GiB, 0x1_0003n, H_PARAMETER],
    ['an address that splits a page', LIOBN, START, 0x1003n, H_TOO_HARD],
    ['an address outside the guest', LIOBN, START, GiB + 3n, H_TOO_HARD],
  ])('refuses %s without a kill', (_, liobn, address, tce, code) => {
    const { kvm, kills, table } = startKvm();
    const answer = kvm.putTce(liobn, address, tce);
    expect(answer.code).toBe(code);
    expect(answer.handler).toBe(code === H_TOO_HARD ? 'userspace' : 'virtual mode');
    expect(answer.reason).not.toBe('');
    expect(kills()).toBe(0);
    expect(table.get(0)).toBe(0n);
  });

  test('looks at the bus address before it looks at the TCE', () => {
    expect(startKvm().kvm.putTce(LIOBN, START + 1n, 0x1003n).code).toBe(H_PARAMETER);
  });

  test('leaves memory that is not registered to QEMU', () => {
    const { kvm } = startKvm({ registered: 0n });
    expect(kvm.putTce(LIOBN, START, 0x1_0003n)).toMatchObject({
      code: H_TOO_HARD,
      handler: 'userspace',
      reason: 'virtual mode: 64K at 0x1000010000 are not registered in such pages',
    });
  });

  test('clears the page again when a later part of it is not registered, and forgets to count down', () => {
    // 1 MiB registered: of the guest's 16 MiB page, 16 host pages are.
    const { kvm, table, kills, region, stt } = startKvm({ guestShift: 24, registered: MiB });
    expect(kvm.putTce(LIOBN, START, 3n)).toMatchObject({ code: H_TOO_HARD, kills: 1 });
    expect(kills()).toBe(1);
    for (let page = 0; page < 20; page += 1) expect(table.get(page)).toBe(0n);
    expect(region?.mappedEntries).toBe(16);
    expect(stt.get(0n)).toBe(0n);
  });

  test('hands a table level that finds no block to QEMU', () => {
    // Two blocks for each window's roots, and none for a leaf.
    const freeBlocks = [2, 2, 0, 0, 0, 0, 0, 0, 0];
    const host = startKvm({ levels: 2, hostShift: 12, freeBlocks });
    expect(host.kvm.putTce(LIOBN, START, 0x1_0003n)).toMatchObject({
      code: H_TOO_HARD,
      reason: 'virtual mode: no memory for a table level',
    });
  });
});

describe('H_PUT_TCE_INDIRECT', () => {
  test('writes each TCE of the list with a kill of its own', () => {
    const { kvm, guest, table, kills } = startKvm();
    for (let at = 0n; at < 4n; at += 1n) guest.guestMemory.write(LIST + at * 8n, (at << 16n) | 3n);
    expect(kvm.putTceIndirect(LIOBN, START, LIST, 4)).toMatchObject({ code: H_SUCCESS, kills: 4 });
    expect(table.get(3)).toBe(PROCESS + 0x3_0003n);
    expect(kills()).toBe(4);
  });

  test('writes nothing when any TCE of the list is wrong', () => {
    const { kvm, guest, table, kills } = startKvm();
    guest.guestMemory.write(LIST, 0x1_0003n);
    guest.guestMemory.write(LIST + 8n, 0x1003n);
    expect(kvm.putTceIndirect(LIOBN, START, LIST, 2).code).toBe(H_TOO_HARD);
    expect([table.get(0), kills()]).toEqual([0n, 0]);
  });

  test('keeps the TCEs before one that fails half way', () => {
    const { kvm, guest, table, stt } = startKvm({ guestShift: 20, registered: MiB + 65_536n });
    guest.guestMemory.write(LIST, 3n);
    guest.guestMemory.write(LIST + 8n, MiB | 3n);
    expect(kvm.putTceIndirect(LIOBN, START, LIST, 2)).toMatchObject({ code: H_TOO_HARD, kills: 2 });
    expect(table.get(0)).toBe(PROCESS | 3n);
    expect(table.get(16)).toBe(0n);
    expect([stt.get(0n), stt.get(1n)]).toEqual([3n, 0n]);
  });

  test('checks count, list and place in this order', () => {
    const { kvm } = startKvm();
    expect(kvm.putTceIndirect(7, START, LIST, 513).code).toBe(H_TOO_HARD);
    expect(kvm.putTceIndirect(LIOBN, START, LIST, 513)).toMatchObject({ code: H_PARAMETER });
    expect(kvm.putTceIndirect(LIOBN, START, LIST + 8n, 1)).toMatchObject({ code: H_PARAMETER });
    expect(kvm.putTceIndirect(LIOBN, START + 1n, TiB, 1)).toMatchObject({ code: H_PARAMETER });
    expect(kvm.putTceIndirect(LIOBN, START, TiB, 1)).toMatchObject({ code: H_TOO_HARD });
  });

  test('looks at the place of the first TCE only', () => {
    const { kvm, guest } = startKvm();
    for (let at = 0n; at < 4n; at += 1n) guest.guestMemory.write(LIST + at * 8n, 3n);
    const last = START + 4n * GiB - 65_536n;
    expect(kvm.putTceIndirect(LIOBN, last, LIST, 4)).toMatchObject({
      code: H_SUCCESS,
      beyondTable: 3,
    });
  });
});

describe('H_STUFF_TCE', () => {
  test('unmaps any number of pages with a kill each, and takes no permission bit', () => {
    const { kvm, table, kills, region } = startKvm();
    for (let at = 0n; at < 3n; at += 1n) kvm.putTce(LIOBN, START + (at << 16n), (at << 16n) | 3n);
    expect(kvm.stuffTce(LIOBN, START, 1n, 2).code).toBe(H_PARAMETER);
    expect(kvm.stuffTce(LIOBN, START, 0n, 600)).toMatchObject({ code: H_SUCCESS, kills: 600 });
    expect(kills()).toBe(603);
    expect([table.get(0), table.get(2), region?.mappedEntries]).toEqual([0n, 0n, 0]);
  });

  test("leaves another value in the guest's table only", () => {
    const { kvm, table } = startKvm();
    kvm.stuffTce(LIOBN, START, 0xdead_0000n, 2);
    expect(kvm.getTce(LIOBN, START + 0x1_0000n).tce).toBe(0xdead_0000n);
    expect(table.get(1)).toBe(0n);
  });
});

describe('real mode', () => {
  test('serves hash guests until 5.18, where nothing needs to be made', () => {
    const answerOf = (era: EraName, isRadix: boolean) => {
      const { kvm } = startKvm({ era, isRadix });
      kvm.putTce(LIOBN, START, 0x1_0003n);
      return kvm.putTce(LIOBN, START, 0x2_0003n).handler;
    };
    expect(answerOf('5.17', false)).toBe('real mode');
    expect(answerOf('4.19', false)).toBe('real mode');
    expect(answerOf('5.17', true)).toBe('virtual mode');
    expect(answerOf('6.12', false)).toBe('virtual mode');
  });

  test('leaves the first TCE of a page to virtual mode in 5.17; 4.19 has all pages', () => {
    const first = (era: EraName) =>
      startKvm({ era, isRadix: false }).kvm.putTce(LIOBN, START, 0x1_0003n);
    expect(first('4.19')).toMatchObject({ handler: 'real mode', reason: '', kills: 1 });
    expect(first('5.17')).toMatchObject({
      handler: 'virtual mode',
      reason: "real mode: the page for the guest's TCE does not exist yet",
      kills: 1,
    });
  });

  test('leaves a table level that is missing to virtual mode, and costs a kill in vain', () => {
    const { kvm, kills, table } = startKvm({
      era: '4.19',
      isRadix: false,
      levels: 2,
      hostShift: 12,
    });
    const before = table.hardwareBlocks;
    const answer = kvm.putTce(LIOBN, START, 0x1_0003n);
    expect(answer).toMatchObject({ code: H_SUCCESS, handler: 'virtual mode', kills: 2 });
    expect(answer.reason).toBe('real mode: a table level is missing');
    expect([kills(), table.hardwareBlocks - before]).toEqual([2, 1]);
    expect(kvm.putTce(LIOBN, START + 0x1_0000n, 0x1_0003n).handler).toBe('real mode');
  });

  test('says H_PARAMETER at once where virtual mode would ask QEMU', () => {
    const { kvm } = startKvm({ era: '4.19', isRadix: false });
    expect(kvm.putTce(LIOBN, START, 0x1003n)).toMatchObject({
      code: H_PARAMETER,
      handler: 'real mode',
    });
    expect(startKvm({ era: '4.19' }).kvm.putTce(LIOBN, START, 0x1003n).code).toBe(H_TOO_HARD);
  });

  test('unmaps holes without making anything', () => {
    const { kvm, table } = startKvm({ era: '5.17', isRadix: false, levels: 2, hostShift: 12 });
    const before = table.hardwareBlocks;
    expect(kvm.stuffTce(LIOBN, START, 0n, 3)).toMatchObject({ handler: 'real mode', kills: 3 });
    expect(table.hardwareBlocks).toBe(before);
  });
});

describe('H_PUT_TCE_INDIRECT', () => {
  test("refuses an address that is not the guest's, even in a TCE that permits nothing", () => {
    const { kvm, guest } = startKvm();
    guest.guestMemory.write(LIST, 0x1_0003n);
    guest.guestMemory.write(LIST + 8n, TiB);
    const answer = kvm.putTceIndirect(LIOBN, START, LIST, 2);
    expect(answer).toMatchObject({ code: H_PARAMETER, handler: 'virtual mode' });
    // What stood in front of it is done.
    expect(kvm.getTce(LIOBN, START).tce).toBe(0x1_0003n);
  });
});

test("a window that VFIO removes lives on for KVM, until the guest's table is closed", () => {
  const { kvm, host, table, stt } = startKvm();
  kvm.putTce(LIOBN, START, 0x1_0003n);
  const { root } = table;
  host.container.remove(START);
  expect(kvm.putTce(LIOBN, START + 0x1_0000n, 0x2_0003n).code).toBe(H_SUCCESS);
  expect([table.root, table.get(0), table.get(1)]).toEqual([root, 0n, (PROCESS + 0x2_0000n) | 3n]);
  const free = host.buddy.freeBytes;
  kvm.closeTable(stt);
  expect(host.buddy.freeBytes).toBeGreaterThan(free);
});
