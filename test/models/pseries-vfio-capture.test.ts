/** Replays what a program asked of VFIO on a pseries kernel (6.12 under QEMU 7.2), and its hypercalls. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { type CallResult, isRefusal } from '../../models/kernel/call-result.ts';
import { LparGroup } from '../../models/kernel/group/lpar-group.ts';
import { parseKernel } from '../../models/kernel/kernel.ts';
import { startProcess } from '../../models/kernel/process.ts';
import { VfioContainer } from '../../models/kernel/vfio/container.ts';
import { Buddy } from '../../models/memory/buddy.ts';
import { allocateMemory, PhysicalMemory } from '../../models/memory/physical.ts';
import { qemuEndpoint } from '../../models/pseries/endpoint-presets.ts';
import { PartitionPlatform, QEMU_PLATFORM } from '../../models/pseries/platform.ts';

const data = (name: string) => readFileSync(new URL(`data/${name}`, import.meta.url), 'utf8');
const calls = data('ps64k-vfio.ioctls.txt')
  .split('\n')
  .filter((line) => /^(GET_INFO|REGISTER_MEMORY|CREATE|REMOVE|MAP|UNMAP) /.test(line));
/** For each window of the program that got one: bus address and TCE of each H_PUT_TCE. */
const tces = JSON.parse(data('ps64k-vfio.tces.json')) as [string, string][][];

const MiB = 2 ** 20;
const MEMORY_BYTES = 0x8000_0000n;

/** The session: all of memory at its own real address; its huge pages were of 2 MiB. */
function startSession() {
  const kernel = parseKernel('6.12-pseries-64k');
  const memory = new PhysicalMemory(allocateMemory(64 * MiB));
  const platform = new PartitionPlatform(QEMU_PLATFORM, memory);
  const allocator = new Buddy({ pageShift: 16, base: 1n << 40n, ramBytes: MEMORY_BYTES });
  const group = new LparGroup(platform.addEndpoint(qemuEndpoint(1)), {
    platform,
    basePageShift: 16,
    allocator,
  });
  const process = startProcess({ limitBytes: 0n, capIpcLock: true, pageShift: 16 });
  const container = new VfioContainer('v2', kernel, process);
  // Where `hpa` lies is the page behind a MAP: userspace addresses are real addresses here.
  process.memory.add({ start: 0n, bytes: MEMORY_BYTES, realAddress: 0n, pageShift: 21 });
  return { platform, group, container, process, allocator };
}

function field(line: string, name: string): bigint {
  return BigInt((new RegExp(`${name}=(\\w+)`).exec(line) as RegExpExecArray)[1]);
}

function perform(container: VfioContainer, line: string): CallResult {
  const flags = /flags=(\w+)/.exec(line)?.[1] ?? '';
  switch (line.split(' ')[0]) {
    case 'GET_INFO':
      return container.getInfo();
    case 'REGISTER_MEMORY':
      // All of memory once: the pages of the program lie all over it.
      return line.includes('huge') ? { rc: 0 } : container.register(0n, MEMORY_BYTES);
    case 'CREATE':
      return container.create({
        pageShift: Number(field(line, 'page_shift')),
        windowBytes: field(line, 'window_size'),
        levels: Number(field(line, 'levels')),
      });
    case 'REMOVE':
      return container.remove(field(line, 'start'));
    case 'MAP':
      return container.map({
        processAddress: field(line, 'hpa'),
        busAddress: field(line, 'iova'),
        bytes: field(line, 'size'),
        read: flags.includes('R'),
        write: flags.includes('W'),
      });
    default:
      return container.unmap(field(line, 'iova'), field(line, 'size'));
  }
}

describe('the VFIO session of a pseries kernel', () => {
  const session = startSession();
  const answers: string[] = [];
  const wanted: string[] = [];
  const stuffCalls: number[] = [];
  const found: [string, string][][] = [];

  beforeAll(() => {
    const { container, group, platform } = session;
    container.attach(group);
    for (const line of calls) {
      const before = platform.hypervisor.calls.H_STUFF_TCE;
      const result = perform(container, line);
      const start = !isRefusal(result) && 'startAddress' in result ? result.startAddress : 0n;
      const isCreate = line.startsWith('CREATE');
      answers.push(`${line}: ${result.rc}${isCreate ? ` ${start}` : ''}`);
      wanted.push(
        `${line}: ${/rc=(-?\d+)/.exec(line)?.[1]}${isCreate ? ` ${field(line, 'start')}` : ''}`,
      );
      const stuffed = platform.hypervisor.calls.H_STUFF_TCE - before;
      if (stuffed > 0) stuffCalls.push(stuffed);
      if (isCreate && !isRefusal(result) && start !== 0n) found.push([]);
      if (line.startsWith('MAP') && !isRefusal(result)) found.at(-1)?.push(...mappedBy(line));
    }
  });

  /** The TCEs of the pages that a MAP covers, by H_GET_TCE. */
  function mappedBy(line: string): [string, string][] {
    const { hypervisor } = session.platform;
    const [window] = session.container.windows;
    const step = 1n << BigInt(window.table.geometry.pageShift);
    const rows: [string, string][] = [];
    for (let offset = 0n; offset < field(line, 'size'); offset += step) {
      const at = field(line, 'iova') + offset;
      const { tce } = hypervisor.getTce(0x8000_0101, at);
      rows.push([`0x${at.toString(16)}`, `0x${tce.toString(16)}`]);
    }
    return rows;
  }

  test('gives every call the return code and the start address that Linux gave', () => {
    expect(calls.length).toBeGreaterThan(120);
    expect(answers).toEqual(wanted);
  });

  test('writes the TCEs that Linux wrote, to the same bus addresses', () => {
    expect(found.map((rows) => rows.length)).toEqual(tces.map((rows) => rows.length));
    expect(found).toEqual(tces);
  });

  test('empties each new window with as many H_STUFF_TCE calls as Linux made', () => {
    expect(stuffCalls).toEqual([512, 1, 32, 1024, 16, 8, 512]);
  });

  test('leaves nothing charged but memory and what refused calls leak, and no array behind', () => {
    const { locked } = session.process;
    expect(locked.lockedBytes - locked.leakedBytes).toBe(MEMORY_BYTES);
    expect(session.allocator.freeBytes).toBe(MEMORY_BYTES);
  });

  test('restores the default window when the group goes back to the host: 512 calls more', () => {
    const { hypervisor } = session.platform;
    const before = hypervisor.calls.H_STUFF_TCE;
    session.container.release();
    expect(hypervisor.calls.H_STUFF_TCE - before).toBe(512);
    expect(hypervisor.table(0x8000_0100)?.entries).toBe(262_144);
    expect(hypervisor.table(0x8000_0101)).toBeUndefined();
  });
});

test('GET_INFO tells what a real kernel told of a pseries group', () => {
  const { container, group } = startSession();
  container.attach(group);
  expect(container.getInfo()).toEqual({
    rc: 0,
    makesWindows: true,
    dma32Start: 0n,
    dma32Bytes: 0x4000_0000n,
    windows: { pageSizes: 0x121_1000n, windowsMax: 2, levelsMax: 1 },
  });
});
