/** Replays the calls of a program on a real kernel: the same answers, the same tables. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type CallResult, isRefusal } from '../../models/kernel/call-result.ts';
import { decodeTve } from '../../models/tve.ts';
import { walk } from '../../models/walk.ts';
import { TestHost } from './vfio-host.ts';

interface DumpedTable {
  readonly tve: number;
  readonly value: string;
  /** Tables of each level, root first. */
  readonly tables: number[];
  /** Bus address and TCE of every mapped page. */
  readonly leaves: [string, string][];
}

const data = (name: string) => readFileSync(new URL(`data/${name}`, import.meta.url), 'utf8');
const calls = data('pn9-64k-vfio.ioctls.txt')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));
const dumps = JSON.parse(data('pn9-64k-vfio.tables.json')) as DumpedTable[][];

/** The program's ordinary memory, and 16 MiB huge pages; userspace address = real address here. */
const ORDINARY = { start: 0x1600_0000n, bytes: 0x400_0000n, pageShift: 16 };
const HUGE = { start: 0xa00_0000n, bytes: 0x200_0000n, pageShift: 24 };

function field(line: string, name: string): bigint {
  return BigInt((new RegExp(`${name}=(\\w+)`).exec(line) as RegExpExecArray)[1]);
}

function perform(host: TestHost, line: string): CallResult {
  const { container } = host;
  const flags = /flags=(\w+)/.exec(line)?.[1] ?? '';
  switch (line.split(' ')[0]) {
    case 'GET_INFO':
      return container.getInfo();
    case 'REGISTER_MEMORY': {
      const { start, bytes, pageShift } = line.includes('huge') ? HUGE : ORDINARY;
      host.addMemory(start, bytes, pageShift);
      return container.register(start, bytes);
    }
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
    case 'UNMAP':
      return container.unmap(field(line, 'iova'), field(line, 'size'));
    default:
      throw new Error(`unknown call: ${line}`);
  }
}

function newHost(): TestHost {
  const host = new TestHost();
  host.container.attach(host.group);
  return host;
}

test('each call gets the return code and start address that Linux gave', () => {
  const host = newHost();
  for (const line of calls.filter((call) => !call.startsWith('DUMP'))) {
    const result = perform(host, line);
    const rc = /rc=(-?\d+)/.exec(line)?.[1];
    expect(`${line}: ${result.rc}`).toBe(`${line}: ${rc}`);
    if (line.startsWith('CREATE') && !isRefusal(result)) {
      expect((result as { startAddress?: bigint }).startAddress).toBe(field(line, 'start'));
    }
  }
  expect(host.locked.lockedBytes - host.locked.leakedBytes).toBe(ORDINARY.bytes + HUGE.bytes);
});

test('GET_INFO tells what Linux told', () => {
  expect(newHost().container.getInfo()).toEqual({
    rc: 0,
    dma32Start: 0n,
    dma32Bytes: 0x8000_0000n,
    windows: { pageSizes: 0x4021_1000n, windowsMax: 2, levelsMax: 5 },
  });
});

test('at each dump the TVEs, the tables and every translation are those of Linux', () => {
  const host = newHost();
  let dump = 0;
  for (const line of calls) {
    if (!line.startsWith('DUMP')) perform(host, line);
    else expectTables(host, dumps[dump++]);
  }
  expect(dump).toBe(22);
});

function expectTables(host: TestHost, expected: readonly DumpedTable[]): void {
  const tves = [...host.phb.tvt].filter(([, value]) => value !== 0n).map(([index]) => index);
  expect(tves.sort()).toEqual(expected.map(({ tve }) => tve));
  const leafCount = expected.reduce((sum, { leaves }) => sum + leaves.length, 0);
  expect(mappedEntries(host)).toBe(leafCount);
  for (const { tve, value, tables, leaves } of expected) {
    const word = host.phb.tvt.get(tve) as bigint;
    expect(word & 0xffffn).toBe(BigInt(value) & 0xffffn);
    const window = host.container.windows[tve & 1];
    expect(window.table.hardwareBlocks).toBe(tables.reduce((sum, count) => sum + count, 0));
    expect(window.table.mirrorBlocks).toBe(window.table.hardwareBlocks);
    for (const [iova, tce] of leaves) {
      const found = walk(decodeTve(word), BigInt(iova), 'read', (at) => host.memory.read(at));
      expect(found.reads.at(-1)?.tce).toBe(BigInt(tce));
    }
  }
}

/** TCEs that point into the program's memory, by the container's own count. */
function mappedEntries(host: TestHost): number {
  const regions = [ORDINARY, HUGE].map(({ start, bytes }) => host.regions.find(start, bytes));
  return regions.reduce((sum, region) => sum + (region?.mappedEntries ?? 0), 0);
}
