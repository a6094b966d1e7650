import { test } from 'vitest';
import { LparGroup } from '../../models/kernel/group/lpar-group.ts';
import { parseKernel } from '../../models/kernel/kernel.ts';
import { startProcess } from '../../models/kernel/process.ts';
import { VfioContainer } from '../../models/kernel/vfio/container.ts';
import { Buddy } from '../../models/memory/buddy.ts';
import { qemuEndpoint } from '../../models/pseries/endpoint-presets.ts';
import { KvmTces } from '../../models/pseries/kvm.ts';
import { PartitionPlatform, QEMU_PLATFORM } from '../../models/pseries/platform.ts';
import { GiB, MiB, newMemory, TiB } from './pseries-host.ts';
import { TestHost } from './vfio-host.ts';

const MEM = 1n << 44n;
test('lpar', () => {
  const platform = new PartitionPlatform(QEMU_PLATFORM, newMemory(64), newMemory(1));
  const allocator = new Buddy({ pageShift: 16, base: TiB, ramBytes: 64n * GiB });
  const home = { platform, basePageShift: 16, allocator };
  const mk = (i: number) => {
    const group = new LparGroup(platform.addEndpoint(qemuEndpoint(i)), home);
    const process = startProcess({ limitBytes: TiB, capIpcLock: false, pageShift: 16 });
    process.memory.add({
      start: MEM,
      bytes: 64n * MiB,
      realAddress: 16n * MiB + BigInt(i) * GiB,
      pageShift: 16,
    });
    const container = new VfioContainer('v2', parseKernel('6.12-pseries-64k'), process);
    container.attach(group);
    container.remove(0n);
    container.register(MEM, 64n * MiB);
    return { group, process, container };
  };
  const a = mk(0),
    b = mk(1);
  const S = 1n << 59n;
  const page = { processAddress: MEM, bytes: 65536n, read: true, write: true, busAddress: S };
  console.log(a.container.create({ windowBytes: GiB, pageShift: 16, levels: 1 }));
  console.log(a.container.map(page));
  a.container.detach(a.group);
  console.log(
    b.container.create({ windowBytes: GiB, pageShift: 16, levels: 1 }),
    b.container.map(page),
  );
  console.log('B', platform.hypervisor.getTce(0x80000101, S));
  console.log('A map after detach', a.container.map({ ...page, processAddress: MEM + 65536n }));
  console.log('B', platform.hypervisor.getTce(0x80000101, S));
  a.container.release();
  console.log(
    'B',
    platform.hypervisor.getTce(0x80000101, S),
    b.process.regions.all,
    a.process.regions.all,
  );
});
test('kvm', () => {
  const host = new TestHost({});
  host.container.attach(host.group);
  host.addMemory(64n * GiB, GiB);
  host.container.register(64n * GiB, GiB);
  host.container.remove(0n);
  host.container.create({ windowBytes: GiB, pageShift: 16, levels: 1 });
  const kvm = new KvmTces({
    era: '6.12',
    basePageShift: 16,
    isRadix: true,
    process: host.process,
    slots: [{ guestStart: 0n, bytes: GiB, processStart: 64n * GiB }],
    guestMemory: newMemory(1),
    hostMemory: host.memory,
  });
  const c = kvm.createTable({ liobn: 1, pageShift: 16, offset: 0n, size: 16384n });
  if (!('table' in c)) throw 1;
  const w = host.container.windows.map((window) => ({ window, kill: () => {} }));
  console.log(kvm.tie(c.table, w));
  console.log(kvm.putTce(1, 0n, 3n), host.container.windows[0].table.root);
  host.container.remove(0n);
  const other = host.container.create({ windowBytes: GiB, pageShift: 16, levels: 1 });
  console.log(other, host.container.windows[0].table.root);
  console.log(host.regions.all[0].mappedEntries);
  try {
    console.log(kvm.putTce(1, 65536n, 3n));
  } catch (e) {
    console.log(e);
  }
  console.log(host.regions.all[0].mappedEntries, host.container.windows[0].table.get(1));
  host.container.remove(0n);
  console.log(
    host.regions.all[0].mappedEntries,
    w[0].window.table.root,
    host.memory.read(BigInt(-1) + 65536n * 0n + 9n),
  );
});
