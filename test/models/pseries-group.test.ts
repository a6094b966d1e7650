/** Groups of a pseries host as VFIO sees them: order of checks, what firmware is asked, what is left. */
import { describe, expect, test } from 'vitest';
import { isRefusal } from '../../models/kernel/call-result.ts';
import { LparFixedGroup } from '../../models/kernel/group/lpar-fixed-group.ts';
import { LparGroup } from '../../models/kernel/group/lpar-group.ts';
import { parseKernel } from '../../models/kernel/kernel.ts';
import { startProcess } from '../../models/kernel/process.ts';
import { VfioContainer } from '../../models/kernel/vfio/container.ts';
import { Buddy } from '../../models/memory/buddy.ts';
import type { EndpointSpec } from '../../models/pseries/ddw-endpoint.ts';
import { GuestDdw } from '../../models/pseries/enable-ddw.ts';
import {
  powervmEndpoint,
  qemuEndpoint,
  virtualFunction,
} from '../../models/pseries/endpoint-presets.ts';
import { GUEST_6_11 } from '../../models/pseries/guest-era.ts';
import {
  PartitionPlatform,
  type PlatformRules,
  POWERVM_PLATFORM,
  QEMU_PLATFORM,
} from '../../models/pseries/platform.ts';
import { callerOf, GiB, MiB, newMemory, partitionOf, START_64, TiB } from './pseries-host.ts';
import { outcome } from './vfio-host.ts';

const MEMORY = 1n << 44n;

interface Setup {
  readonly rules?: PlatformRules;
  readonly limitBytes?: bigint;
  readonly freeBlocks?: readonly number[];
}

/** A container with the group of one endpoint; 64 MiB of the process are registered. */
function startHost(spec: EndpointSpec = qemuEndpoint(0), setup: Setup = {}) {
  const { rules = QEMU_PLATFORM, limitBytes = TiB, freeBlocks } = setup;
  const platform = new PartitionPlatform(rules, newMemory(64), newMemory(1));
  const node = { pageShift: 16, base: TiB };
  const allocator = new Buddy(
    freeBlocks ? { ...node, freeBlocks } : { ...node, ramBytes: 64n * GiB },
  );
  const state = platform.addEndpoint(spec);
  const home = { platform, basePageShift: 16, allocator };
  const group = new LparGroup(state, home);
  const process = startProcess({ limitBytes, capIpcLock: false, pageShift: 16 });
  const container = new VfioContainer('v2', parseKernel('6.12-pseries-64k'), process);
  process.memory.add({ start: MEMORY, bytes: 64n * MiB, realAddress: 16n * MiB, pageShift: 16 });
  const create = (windowBytes: bigint, pageShift: number, levels = 1) =>
    container.create({ windowBytes, pageShift, levels });
  return { platform, allocator, state, home, group, process, container, create };
}

function attached(spec?: EndpointSpec, setup?: Setup) {
  const host = startHost(spec, setup);
  host.container.attach(host.group);
  host.container.remove(0n);
  return host;
}

describe('what GET_INFO tells', () => {
  test('is what firmware answered at boot', () => {
    expect(startHost().group.info).toEqual({
      dma32Start: 0n,
      dma32Bytes: GiB,
      pageShifts: [12, 16, 21, 24],
      windowsMax: 2,
      levelsMax: 1,
      tveSelect: 'bit59',
    });
  });

  test('is one window for a virtual function, and a count of 2^32 - 1 where nobody could be asked', () => {
    const rules = POWERVM_PLATFORM;
    expect(startHost(virtualFunction(0), { rules }).group.info.windowsMax).toBe(1);
    const { info } = startHost(qemuEndpoint(0, { hasDdw: false })).group;
    expect(info).toMatchObject({ windowsMax: 0xffff_ffff, levelsMax: 0, pageShifts: [12] });
  });

  test('has no page of 16 GiB, which 32 bits cannot hold', () => {
    const spec = powervmEndpoint(0, TiB, { pageShifts: [16, 28, 34] });
    const { info } = startHost(spec, { rules: POWERVM_PLATFORM }).group;
    expect(info.pageShifts).toEqual([12, 16, 28]);
  });
});

describe('the charge', () => {
  test.each([
    [GiB, 12, 1, 2n * MiB],
    [GiB, 12, 0, 2n * MiB],
    [TiB, 16, 1, 128n * MiB],
    [TiB, 24, 2, 0xffff_ffffn],
  ])('of %d bytes of 2^%d pages in %d levels is %d', (windowBytes, pageShift, levels, bytes) => {
    expect(startHost().group.tableBytes(0, { windowBytes, pageShift, levels })).toBe(bytes);
  });

  test('of more levels than one is 4 GiB less a page, refused and never given back', () => {
    const { process, create } = attached();
    expect(outcome(create(TiB, 16, 2))).toBe('EINVAL');
    expect(process.locked.lockedBytes).toBe(4n * GiB - 65_536n);
    expect(process.locked.leakedBytes).toBe(4n * GiB - 65_536n);
    const poor = attached(undefined, { limitBytes: 4n * GiB - 65_537n });
    expect(outcome(poor.create(TiB, 16, 2))).toBe('ENOMEM');
    expect(poor.process.locked.lockedBytes).toBe(0n);
  });

  test('is given back with the window', () => {
    const { process, create, container, allocator } = attached();
    const free = allocator.freeBytes;
    create(TiB, 16);
    expect(process.locked.lockedBytes).toBe(128n * MiB);
    // The array of userspace addresses is as large as the table, in the partition's own memory.
    expect(free - allocator.freeBytes).toBe(128n * MiB);
    container.remove(START_64);
    expect([process.locked.lockedBytes, allocator.freeBytes]).toEqual([0n, free]);
  });
});

describe('CREATE', () => {
  test.each([
    512n,
    1024n,
    2048n,
  ])('of a default window of %i bytes, without a TCE, is EINVAL', (bytes) => {
    const { container, create } = attached();
    container.remove(0n);
    expect(outcome(create(bytes, 12))).toBe('EINVAL');
    expect(outcome(create(4096n, 12))).toBe('ok');
  });

  test("in slot 0 for at most the default window's size of 4K pages is the default window", () => {
    const { create, container, platform } = attached();
    expect(create(GiB, 12, 0)).toMatchObject({ rc: 0, startAddress: 0n });
    container.remove(0n);
    expect(create(4096n, 12)).toMatchObject({ rc: 0, startAddress: 0n });
    expect(container.windows[0].table.geometry.tceCount).toBe(1);
    expect(platform.hypervisor.table(0x8000_0000)?.entries).toBe(262_144);
    container.remove(0n);
    expect(create(2n * GiB, 12)).toMatchObject({ rc: 0, startAddress: START_64 });
  });

  test('in slot 1 asks firmware for a third window, whatever its size, and fails for good', () => {
    const { create, container, state } = attached();
    expect(create(GiB, 16)).toMatchObject({ rc: 0, startAddress: START_64 });
    expect(outcome(create(GiB, 12))).toBe('ENODEV');
    expect(state.isFailed).toBe(true);
    expect(container.windows).toHaveLength(1);
  });

  test('in slot 0 is refused while a 64-bit window is in slot 1, without a call', () => {
    const { create, container, group, state } = attached();
    create(GiB, 12);
    expect(create(GiB, 16)).toMatchObject({ rc: 0, startAddress: START_64 });
    container.remove(0n);
    const steps = group.steps.length;
    expect(outcome(create(GiB, 12))).toBe('EPERM');
    expect(outcome(create(GiB, 16))).toBe('EPERM');
    expect(group.steps).toHaveLength(steps);
    expect(state.isFailed).toBe(false);
    container.remove(START_64);
    expect(create(GiB, 12)).toMatchObject({ rc: 0, startAddress: 0n });
  });

  test('of a block that is too small can be tried again smaller', () => {
    const spec = powervmEndpoint(0, TiB, { tceBudget: 524_288n + 1024n });
    const { create, state } = attached(spec, { rules: POWERVM_PLATFORM });
    const refused = create(GiB, 16);
    expect(outcome(refused)).toBe('EINVAL');
    expect(isRefusal(refused) && refused.reason).toBe(
      '16384 TCEs wanted, the largest DDW block has 1024',
    );
    expect(state.isFailed).toBe(false);
    expect(create(64n * MiB, 16)).toMatchObject({ rc: 0, startAddress: START_64 });
  });

  test('that firmware refuses puts the node on the list of failures: no window from then on', () => {
    const { create, state } = attached();
    // Less than one page, and still 8 bytes of table.
    const refused = create(8192n, 16);
    expect(outcome(refused)).toBe('ENODEV');
    expect(isRefusal(refused) && refused.reason).toContain('failed, status -3');
    expect(state.isFailed).toBe(true);
    expect(outcome(create(GiB, 12))).toBe('ENODEV');
  });

  test.each([
    ['a page size that firmware does not have', GiB, 13, 'EINVAL'],
    ['no power of two', GiB + 4096n, 12, 'EINVAL'],
    ['nothing', 0n, 12, 'EINVAL'],
    ['less than a TCE', 4096n, 16, 'EINVAL'],
  ])('of %s is refused and remembered by nobody', (_, windowBytes, pageShift, errno) => {
    const { create, state } = attached();
    expect(outcome(create(windowBytes, pageShift))).toBe(errno);
    expect(state.isFailed).toBe(false);
  });

  test('asks of a node without DDW once, and then fails as before', () => {
    const { create } = attached(qemuEndpoint(0, { hasDdw: false }));
    expect(outcome(create(2n * GiB, 12))).toBe('EINVAL');
    expect(outcome(create(GiB, 12))).toBe('ENODEV');
  });

  test('does not care whether the partition has memory for the array of userspace addresses', () => {
    const freeBlocks = [1, 0, 0, 0, 0, 0, 0, 0, 0];
    const { create, allocator } = attached(undefined, { freeBlocks });
    expect(create(TiB, 16)).toMatchObject({ rc: 0 });
    expect(allocator.freeBytes).toBe(65_536n);
  });
});

describe('ownership', () => {
  test('takes a window that a driver of the host made, with its TCEs', () => {
    const { platform, state, group, container } = startHost();
    const { firmware, hypervisor } = platform;
    const guest = new GuestDdw(GUEST_6_11, partitionOf(2n * GiB), {
      firmware,
      caller: callerOf(platform),
    });
    guest.enable(state, 64);
    expect(hypervisor.getTce(0x8000_0001, START_64).tce).toBe(3n);
    container.attach(group);
    expect(hypervisor.table(0x8000_0001)).toBeUndefined();
    expect([state.window, state.defaultWindow]).toEqual([undefined, undefined]);
    // Firmware still has the default window open: the next one lands at 1 << 59.
    expect(hypervisor.table(0x8000_0000)).toBeDefined();
  });

  test("lets firmware close the default window where its property is as long as the kernel's own", () => {
    const rules = { ...QEMU_PLATFORM, defaultPropertyBytes: 24 };
    const { create, platform } = attached(undefined, { rules });
    expect(platform.hypervisor.table(0x8000_0000)).toBeUndefined();
    expect(create(4n * GiB, 16)).toMatchObject({ rc: 0, startAddress: 0n });
    expect(create(4n * GiB, 16)).toMatchObject({ rc: 0, startAddress: START_64 });
  });

  test('cannot give the one window of a virtual function to another', () => {
    const { create, state } = attached(virtualFunction(0), { rules: POWERVM_PLATFORM });
    expect(create(GiB, 12)).toMatchObject({ rc: 0, startAddress: 0n });
    const other = attached(virtualFunction(0), { rules: POWERVM_PLATFORM });
    expect(outcome(other.create(GiB, 16))).toBe('EINVAL');
    expect([state.isFailed, other.state.isFailed]).toEqual([false, false]);
  });

  test('comes back with an empty default window', () => {
    const { container, create, platform, state, group } = attached();
    create(4n * GiB, 16);
    container.detach(group);
    expect(platform.hypervisor.table(0x8000_0001)).toBeUndefined();
    expect(platform.hypervisor.table(0x8000_0000)?.entries).toBe(262_144);
    expect(state.defaultWindow?.liobn).toBe(0x8000_0000);
  });
});

test('a second group cannot translate through the window of the first', () => {
  const { container, create, home, platform } = attached();
  create(4n * GiB, 16);
  const second = new LparGroup(platform.addEndpoint(qemuEndpoint(1)), home);
  expect(outcome(container.attach(second))).toBe('EPERM');
  expect(container.windows).toHaveLength(1);
  expect(platform.hypervisor.table(0x8000_0001)).toBeDefined();
});

test('MAP and UNMAP change what the hypervisor would answer', () => {
  const { container, create, platform, group } = attached();
  container.register(MEMORY, 64n * MiB);
  create(4n * GiB, 16);
  const page = { processAddress: MEMORY, bytes: 131_072n, read: true, write: true };
  container.map({ ...page, busAddress: START_64 + 65_536n });
  const tce = (at: bigint) => platform.hypervisor.getTce(0x8000_0001, START_64 + at).tce;
  expect([tce(0n), tce(65_536n), tce(131_072n)]).toEqual([0n, 16n * MiB + 3n, 16n * MiB + 65_539n]);
  container.unmap(START_64 + 65_536n, 65_536n);
  expect([tce(65_536n), tce(131_072n)]).toEqual([0n, 16n * MiB + 65_539n]);
  expect(group.tve(0) & 0x1fn).toBe(5n);
  expect(group.tve(1)).toBe(0n);
});

describe('a group of a kernel before 6.11', () => {
  function fixed(type: 'v1' | 'v2') {
    const platform = new PartitionPlatform(QEMU_PLATFORM, newMemory(8));
    const state = platform.addEndpoint(qemuEndpoint(0));
    const group = new LparFixedGroup(state, platform);
    const process = startProcess({ limitBytes: 2n * GiB, capIpcLock: false, pageShift: 16 });
    const container = new VfioContainer(type, parseKernel('5.17-pseries-64k'), process);
    process.memory.add({ start: MEMORY, bytes: MiB, realAddress: MiB, pageShift: 16 });
    return { platform, state, group, process, container };
  }

  test('goes into v1 containers only', () => {
    expect(outcome(fixed('v1').container.attach(fixed('v1').group))).toBe('ok');
    expect(outcome(fixed('v2').container.attach(fixed('v2').group))).toBe('EPERM');
  });

  test('is not handed over while the host has pages mapped', () => {
    const { container, group, state } = fixed('v1');
    state.isDefaultInUse = true;
    expect(outcome(container.attach(group))).toBe('EBUSY');
  });

  test('maps into the default window, which ENABLE charges whole', () => {
    const { container, group, process, platform } = fixed('v1');
    container.attach(group);
    expect(outcome(container.enable())).toBe('ok');
    expect(process.locked.lockedBytes).toBe(GiB);
    const page = { processAddress: MEMORY, bytes: 4096n, read: true, write: true };
    expect(outcome(container.map({ ...page, busAddress: 0x5000n }))).toBe('ok');
    expect(platform.hypervisor.getTce(0x8000_0000, 0x5000n).tce).toBe(MiB + 3n);
    container.detach(group);
    expect(platform.hypervisor.table(0x8000_0000)).toBeDefined();
  });
});

describe('a window of a few TCEs', () => {
  test('ends where the hypervisor says: MAP across its end is H_PARAMETER, and maps nothing', () => {
    const { container, process, create } = attached();
    container.register(MEMORY, 64n * MiB);
    expect(outcome(create(16n * MiB, 16))).toBe('ok');
    const busAddress = START_64 + 16n * MiB - 65_536n;
    const request = {
      processAddress: MEMORY,
      busAddress,
      bytes: 131_072n,
      read: true,
      write: true,
    };
    expect(container.map(request).rc).toBe(-4);
    expect(process.regions.find(MEMORY, 64n * MiB)?.mappedEntries).toBe(0);
  });
});

describe('a container whose group is gone', () => {
  test('reaches no TCE of another process that has the same LIOBN now', () => {
    const one = attached();
    one.container.register(MEMORY, 64n * MiB);
    one.create(GiB, 16);
    const mapping = { processAddress: MEMORY, bytes: 65_536n, read: true, write: true };
    expect(outcome(one.container.map({ ...mapping, busAddress: START_64 }))).toBe('ok');
    one.container.detach(one.group);
    expect(one.container.map({ ...mapping, busAddress: START_64 }).rc).toBe(-4);
    one.container.release();
  });
});

test('firmware that does not bring the default window back leaves the group without one', () => {
  const rules = { ...QEMU_PLATFORM, defaultPropertyBytes: 24 };
  const { container, group, platform } = startHost(qemuEndpoint(0), { rules });
  container.attach(group);
  const { firmware } = platform;
  const call = firmware.call.bind(firmware);
  firmware.call = (name, ...rest) =>
    name === 'ibm,reset-pe-dma-windows' ? [-1] : call(name, ...rest);
  expect(outcome(container.detach(group))).toBe('ok');
  expect(group.tve(0)).toBe(0n);
});
