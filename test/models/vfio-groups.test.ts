/** Groups come and go, v1 containers, EEH: what a container is besides windows and mappings. */
import { describe, expect, test } from 'vitest';
import { ERA_4_2, ERA_5_17 } from '../../models/kernel/era.ts';
import type { TableGroup } from '../../models/kernel/group/table-group.ts';
import { placeOf } from '../../models/kernel/group/window-place.ts';
import { isRefused, tableGeometry } from '../../models/table/geometry.ts';
import { isLevelFailure, TceTable } from '../../models/table/tce-table.ts';
import { create, map, outcome, PE, TestHost, withMemory } from './vfio-host.ts';

const KiB = 1n << 10n;
const MiB = 1n << 20n;
const GiB = 1n << 30n;
const SLOT_1 = 1n << 59n;

/** TVEs of a PE that are not zero. */
function windowsOf(host: TestHost, pe: number): number {
  return [2 * pe, 2 * pe + 1].filter((index) => (host.phb.tvt.get(index) ?? 0n) !== 0n).length;
}

describe('detach', () => {
  test('takes the windows out of the PE and leaves them to the container', () => {
    const host = new TestHost().attachWithoutDefault();
    create(host, GiB, 16, 1);
    create(host, GiB, 16, 1);
    const { lockedBytes } = host.locked;
    expect(windowsOf(host, PE)).toBe(2);
    expect(outcome(host.container.detach(host.group))).toBe('ok');
    expect(windowsOf(host, PE)).toBe(0);
    expect(host.container.windows).toHaveLength(2);
    expect(host.locked.lockedBytes).toBe(lockedBytes);
  });

  test('and attaching again programs the same tables', () => {
    const host = new TestHost().attachWithoutDefault();
    create(host, GiB, 16, 1);
    const word = host.phb.tvt.get(2 * PE);
    host.container.detach(host.group);
    host.container.attach(host.group);
    expect(host.phb.tvt.get(2 * PE)).toBe(word);
  });

  test('promises the default window anew if slot 0 is free, though it was removed before', () => {
    const host = new TestHost().attachWithoutDefault();
    host.container.detach(host.group);
    host.container.attach(host.group);
    expect(create(host, GiB, 16, 1)).toMatchObject({ startAddress: SLOT_1 });
    expect(host.container.windows).toHaveLength(2);
  });

  test('of a group that is not there is refused', () => {
    const host = new TestHost();
    expect(outcome(host.container.detach(host.group))).toBe('ENODEV');
  });

  test('leaves calls that want a group without one', () => {
    const host = withMemory(new TestHost().attachWithoutDefault());
    create(host, GiB, 16, 1);
    host.container.detach(host.group);
    expect(outcome(host.container.getInfo())).toBe('ENXIO');
    expect(outcome(create(host, GiB, 16, 1))).toBe('ENXIO');
    expect(outcome(host.container.remove(0n))).toBe('ENXIO');
    // The table is still the container's, and MAP asks for no group.
    expect(outcome(map(host, 0n, 64n * KiB))).toBe('ok');
  });
});

test('closing a container gives back everything that it had', () => {
  const host = withMemory(new TestHost());
  const free = host.buddy.freeBytes;
  host.container.attach(host.group);
  create(host, GiB, 16, 2);
  map(host, SLOT_1, MiB);
  host.container.release();
  expect([host.locked.lockedBytes, host.buddy.freeBytes, windowsOf(host, PE)]).toEqual([
    0n,
    free,
    0,
  ]);
  expect(host.regions.all).toEqual([]);
});

describe('a v1 container', () => {
  test('takes no PE with windows of its own since 4.19, and a v2 one takes it', () => {
    const host = new TestHost({ type: 'v1' });
    expect(outcome(host.container.attach(host.group))).toBe('EPERM');
  });

  const old = () => {
    const host = new TestHost({ type: 'v1', era: ERA_4_2 });
    host.addMemory(GiB, GiB);
    return host;
  };

  test('of 4.2 has the default window, and is charged the whole 2 GiB by ENABLE', () => {
    const host = old();
    expect(outcome(host.container.enable())).toBe('ENODEV');
    host.container.attach(host.group);
    // A table of 4 MiB; the array of userspace addresses is for v2 containers alone.
    expect(host.locked.lockedBytes).toBe(4n * MiB);
    expect(outcome(map(host, 0n, 64n * KiB))).toBe('EPERM');
    expect(outcome(host.container.enable())).toBe('ok');
    expect(host.locked.lockedBytes).toBe(4n * MiB + 2n * GiB);
    expect(outcome(host.container.enable())).toBe('EBUSY');
    expect(outcome(map(host, 0n, 64n * KiB))).toBe('ok');
    expect(outcome(host.container.disable())).toBe('ok');
    expect(host.locked.lockedBytes).toBe(4n * MiB);
    expect(outcome(host.container.unmap(0n, 64n * KiB))).toBe('EPERM');
  });

  test('of 4.2 gives the charge of ENABLE back to who paid it', () => {
    const host = old();
    const other = new TestHost().process;
    host.container.attach(host.group);
    host.container.enable({ caller: other });
    expect(other.locked.lockedBytes).toBe(2n * GiB);
    host.container.disable({ caller: other });
    expect([host.locked.lockedBytes, other.locked.lockedBytes]).toEqual([4n * MiB, 0n]);
  });

  test('pins pages as it maps them: EFAULT where the process has none', () => {
    const host = old();
    host.container.attach(host.group);
    host.container.enable();
    expect(outcome(map(host, 0n, 64n * KiB, { processAddress: 8n * GiB }))).toBe('EFAULT');
    const { table } = host.container.windows[0];
    expect(outcome(map(host, 0n, 4n * KiB))).toBe('ok');
    expect(table.get(0)).toBe(GiB | 3n);
  });

  test('does not know the calls of v2, nor v2 those of v1', () => {
    const host = old();
    host.container.attach(host.group);
    expect(outcome(create(host, GiB, 16, 1))).toBe('ENOTTY');
    expect(outcome(host.container.remove(0n))).toBe('ENOTTY');
    expect(outcome(host.container.register(GiB, GiB))).toBe('ENOTTY');
    expect(outcome(host.container.unregister(GiB, GiB))).toBe('ENOTTY');
    const second = host.openContainer('v2');
    expect(outcome(second.enable())).toBe('ENOTTY');
    expect(outcome(second.disable())).toBe('ENOTTY');
  });

  test('is told of no dynamic windows', () => {
    const host = old();
    host.container.attach(host.group);
    expect(host.container.getInfo()).toEqual({
      rc: 0,
      dma32Start: 0n,
      dma32Bytes: 2n * GiB,
      makesWindows: false,
    });
  });

  test('refuses ENABLE beyond the limit, and charges nothing', () => {
    const host = new TestHost({ type: 'v1', era: ERA_4_2, limitBytes: GiB });
    host.container.attach(host.group);
    expect(outcome(host.container.enable())).toBe('ENOMEM');
    expect(host.locked.lockedBytes).toBe(4n * MiB);
  });
});

/** A group that cannot make windows, as those of pseries before 6.11: it has one table, and that is it. */
function fixedGroup(host: TestHost): TableGroup {
  const geometry = tableGeometry({ pageShift: 12, levels: 1, windowBytes: GiB, basePageShift: 16 });
  if (isRefused(geometry)) throw new Error(geometry.reason);
  const table = TceTable.create(geometry, {
    memory: host.memory,
    allocator: host.buddy,
    gfp: 'kernel',
    growth: 'whole',
    mirror: 'none',
  });
  if (isLevelFailure(table)) throw new Error('no block');
  const { group } = host;
  return {
    info: { ...group.info, windowsMax: 0, dma32Bytes: GiB },
    platform: 'pseries',
    fixedTable: { table, place: placeOf(0, 'bit59'), allocatedBytes: 0n },
    takeOwnership: () => undefined,
    releaseOwnership: () => {},
    tableBytes: () => 0n,
    createTable: () => ({ rc: -1, errno: 'EPERM', reason: 'makes no windows' }),
    freeTable: () => {},
    setWindow: () => 0,
    unsetWindow: () => 0,
    kill: () => {},
  };
}

describe('a group that makes no windows', () => {
  test('goes into a v1 container only, and alone', () => {
    const host = new TestHost({ type: 'v1' });
    expect(outcome(host.openContainer('v2').attach(fixedGroup(host)))).toBe('EPERM');
    expect(outcome(host.container.attach(fixedGroup(host)))).toBe('ok');
    expect(outcome(host.container.attach(fixedGroup(host)))).toBe('EBUSY');
  });

  test('lends its table, and gets it back empty', () => {
    const host = new TestHost({ type: 'v1' });
    host.addMemory(GiB, GiB);
    const group = fixedGroup(host);
    const { table } = group.fixedTable as { table: TceTable };
    host.container.attach(group);
    host.container.enable();
    expect(outcome(map(host, 0n, 8n * KiB))).toBe('ok');
    expect(table.get(1)).toBe((GiB + 4n * KiB) | 3n);
    host.container.detach(group);
    expect([table.get(0), table.get(1), host.container.windows.length]).toEqual([0n, 0n, 0]);
  });

  test('does not mix with groups that do', () => {
    const host = new TestHost({ type: 'v1', era: ERA_4_2 });
    host.container.attach(host.group);
    expect(outcome(host.container.attach(fixedGroup(host)))).toBe('EBUSY');
    const other = new TestHost({ type: 'v1', era: ERA_4_2 });
    other.container.attach(fixedGroup(other));
    expect(outcome(other.container.attach(other.group))).toBe('EPERM');
  });
});

describe('CHECK_EXTENSION', () => {
  test('knows both containers and EEH, and nothing else', () => {
    const { container } = new TestHost();
    const answers = [0, 1, 2, 3, 4, 5, 6, 7, 8].map((type) => container.checkExtension(type));
    expect(answers).toEqual([0, 0, 1, 0, 0, 1, 0, 1, 0]);
  });
});

describe('EEH', () => {
  const DISABLE = 0;
  const UNFREEZE_IO = 2;
  const UNFREEZE_DMA = 3;
  const GET_STATE = 4;
  const RESET_DEACTIVATE = 5;
  const RESET_HOT = 6;
  const INJECT = 9;

  function frozen(): TestHost {
    const host = new TestHost().attachWithoutDefault();
    host.group.eeh.freeze();
    return host;
  }

  /** The states that GET_STATE tells after each of these operations. */
  function states(host: TestHost, operations: number[]): number[] {
    return operations.map((operation) => {
      host.container.eeh(operation);
      const answer = host.container.eeh(GET_STATE);
      return 'state' in answer ? answer.state : answer.rc;
    });
  }

  test('thaws a frozen PE, first its registers, then its DMA', () => {
    expect(states(frozen(), [DISABLE, UNFREEZE_IO, UNFREEZE_DMA])).toEqual([2, 4, 0]);
  });

  test('DMA thawed before the registers is a state of its own', () => {
    expect(states(frozen(), [UNFREEZE_DMA, UNFREEZE_IO])).toEqual([5, 0]);
  });

  test('resets a PE', () => {
    expect(states(frozen(), [RESET_HOT, RESET_DEACTIVATE])).toEqual([1, 0]);
  });

  test('injects an error, if it is one', () => {
    const host = new TestHost().attachWithoutDefault();
    const inject = (type: number, func: number) =>
      outcome(host.container.eeh(INJECT, {}, { type, func }));
    expect([inject(2, 0), inject(0, 20), inject(1, 19)]).toEqual(['EINVAL', 'EINVAL', 'ok']);
    expect(host.container.eeh(GET_STATE)).toEqual({ rc: 0, state: 2 });
  });

  test('asks every group, up to the first with something to tell', () => {
    const host = new TestHost().attachWithoutDefault();
    const second = host.groupOf(7);
    host.container.attach(second);
    expect(host.container.eeh(GET_STATE)).toEqual({ rc: 0, state: 0 });
    host.group.eeh.freeze();
    expect(host.container.eeh(GET_STATE)).toEqual({ rc: 0, state: 2 });
  });

  test('refuses what it does not know', () => {
    const host = new TestHost();
    expect(outcome(host.container.eeh(99))).toBe('ok');
    host.container.attach(host.group);
    expect(outcome(host.container.eeh(10))).toBe('EINVAL');
    expect(outcome(host.container.eeh(GET_STATE, { flags: 1 }))).toBe('EINVAL');
    expect(outcome(host.container.eeh(GET_STATE, { argsz: 11 }))).toBe('EINVAL');
    const lone = new TestHost({ type: 'v1', era: ERA_5_17 });
    lone.container.attach(fixedGroup(lone));
    expect(outcome(lone.container.eeh(GET_STATE))).toBe('ENODEV');
  });
});

describe('what is left behind', () => {
  test('MAP without a group while the default window is pending is ENODEV', () => {
    const host = withMemory(new TestHost());
    host.container.attach(host.group);
    host.container.detach(host.group);
    expect(outcome(map(host, 0n, 64n * KiB))).toBe('ENODEV');
    expect(outcome(host.container.unmap(0n, 64n * KiB))).toBe('ENODEV');
  });

  test('memory that another container of the process still maps stays pinned and charged', () => {
    const host = withMemory(new TestHost());
    const second = host.openContainer();
    host.addMemory(8n * GiB, MiB);
    second.register(8n * GiB, MiB);
    second.attach(host.group);
    const request = {
      processAddress: GiB,
      busAddress: 0n,
      bytes: 64n * KiB,
      read: true,
      write: true,
    };
    expect(outcome(second.map(request))).toBe('ok');
    host.container.release();
    expect(host.regions.find(GiB, GiB)?.mappedEntries).toBe(16);
    expect(host.locked.lockedBytes).toBeGreaterThan(GiB);
  });
});

describe('attach', () => {
  test("that cannot program the container's windows gives the group back to its host", () => {
    const host = new TestHost().attachWithoutDefault();
    create(host, GiB, 16, 1);
    const calls: string[] = [];
    const { group } = host;
    const { fixedTable: _, ...windowless } = fixedGroup(host);
    const stubborn: TableGroup = {
      ...windowless,
      info: group.info,
      platform: 'powernv',
      setWindow: () => -1,
      unsetWindow: (slot) => {
        calls.push(`unset ${slot}`);
        return 0;
      },
      releaseOwnership: () => calls.push('release'),
    };
    expect(outcome(host.container.attach(stubborn))).toBe('EPERM');
    expect(calls).toEqual(['unset 0', 'release']);
    expect(outcome(host.container.detach(stubborn))).toBe('ENODEV');
  });
});
