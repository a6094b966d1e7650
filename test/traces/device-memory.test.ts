/** IOVA policies: what is mapped when, and where. */
import { describe, expect, test } from 'vitest';
import { DeviceRows, TraceTime } from '../../traces/device/device-rows.ts';
import { DmaMemory, type IovaPolicy, RealMemory } from '../../traces/device/iova-policy.ts';
import { OPERATIONS } from '../../traces/format.ts';
import { getWord, RowBuffer } from '../../traces/row-buffer.ts';

const PAGE = 65_536;
const READ = 1;
const WRITE = 2;

function memoryOf(policy: IovaPolicy, batch = 3, windowBytes = 2 ** 31) {
  const buffer = new RowBuffer();
  const rows = new DeviceRows(buffer, new TraceTime(true), { rid: 0x100, pe: 1 });
  const settings = { policy, pageBytes: PAGE, windowBytes, batch };
  const memory = new DmaMemory(rows, settings, new RealMemory());
  return { memory, told: () => rowsOf(buffer) };
}

/** `operation page pages value` of all rows so far. */
function rowsOf(buffer: RowBuffer): string[] {
  const { columns, total } = buffer;
  return Array.from({ length: total }, (_, row) => {
    const page = Number(getWord(columns.address, row)) / PAGE;
    const value = getWord(columns.value, row);
    return `${OPERATIONS[columns.op[row]]} ${page} ${columns.length[row] / PAGE} 0x${value.toString(16)}`;
  });
}

test('fixed: one window, one mapping of all buffers, then nothing', () => {
  const { memory, told } = memoryOf('fixed');
  memory.reserveSlots(8, 100_000);
  expect(memory.map(0, 4096, WRITE)).toBe(PAGE);
  expect(memory.map(7, 4096, READ)).toBe(15 * PAGE);
  memory.unmap(7);
  memory.flush();
  expect(told().slice(1)).toEqual(['map 1 16 0x100000003']);
});

test('fixed: a pool that would lie across 2 GiB begins above 4 GiB', () => {
  const { memory, told } = memoryOf('fixed', 1, 2 ** 34);
  memory.coherent(2 ** 30, 'first');
  expect(memory.coherent(2 ** 30, 'second')).toBe(2 ** 32);
  expect(told().filter((row) => row.startsWith('map'))).toHaveLength(2);
});

test('strict: a new bus address for each I/O, 16 entries on, unmapped at once', () => {
  const { memory, told } = memoryOf('strict');
  memory.reserveSlots(4, PAGE);
  // Entry 0 is kept; a small request moves the hint to the next multiple of 16 (iommu_range_alloc).
  expect(memory.map(2, 4096, WRITE)).toBe(1 * PAGE);
  expect(memory.map(3, 4096, READ)).toBe(16 * PAGE);
  memory.unmap(2);
  expect(memory.map(2, 4096, WRITE)).toBe(32 * PAGE);
  expect(told().slice(1)).toEqual([
    'map 1 1 0x100020002',
    'map 16 1 0x100030001',
    'unmap 1 1 0x0',
    'map 32 1 0x100020002',
  ]);
});

describe('batched', () => {
  test('unmaps when N wait, neighbours in one row, in order of address', () => {
    const { memory, told } = memoryOf('batched');
    memory.reserveSlots(4, 20 * PAGE);
    // Runs of more than 15 entries come from the large pool, one behind the other.
    for (const slot of [0, 1, 2]) memory.map(slot, 20 * PAGE, WRITE);
    memory.unmap(1);
    memory.unmap(0);
    expect(told().filter((row) => row.startsWith('unmap'))).toEqual([]);
    memory.unmap(2);
    const first = (3 * 2 ** 31) / 4 / PAGE;
    expect(told().filter((row) => row.startsWith('unmap'))).toEqual([`unmap ${first} 60 0x0`]);
  });

  test('uses no address again before its unmap', () => {
    // 16 pages make small pools of 12 entries; the first and the last are never handed out.
    const { memory, told } = memoryOf('batched', 1000, 16 * PAGE);
    memory.reserveSlots(4, 2 * PAGE);
    const got: number[] = [];
    while (told().every((row) => !row.startsWith('unmap'))) {
      got.push(memory.map(0, 2 * PAGE, WRITE) as number);
      memory.unmap(0);
    }
    const [again, ...used] = got.reverse();
    expect(used.length).toBeGreaterThan(1);
    expect(new Set(used).size).toBe(used.length);
    expect(used).toContain(again);
  });

  test('unmaps early where nothing else is left', () => {
    const { memory, told } = memoryOf('batched', 1000, 4 * PAGE);
    memory.reserveSlots(4, PAGE);
    for (let turn = 0; turn < 10; turn += 1) {
      expect(memory.map(0, 1, WRITE)).toBeDefined();
      memory.unmap(0);
    }
    const rows = told();
    expect(rows.filter((row) => row.startsWith('map'))).toHaveLength(10);
    expect(rows.filter((row) => row.startsWith('unmap')).length).toBeGreaterThan(0);
  });
});

test('strict: where no address is left there is none, and a given one comes back', () => {
  // A small pool of entries 0 to 2, of which Linux hands out neither the first nor the last.
  const { memory } = memoryOf('strict', 1, 4 * PAGE);
  memory.reserveSlots(4, PAGE);
  expect(memory.map(0, 1, WRITE)).toBe(PAGE);
  expect(memory.map(1, 1, WRITE)).toBeUndefined();
  memory.unmap(0);
  expect(memory.map(3, 1, WRITE)).toBe(PAGE);
});

test('a window without room for the queues is refused', () => {
  const { memory } = memoryOf('fixed', 1, 4 * PAGE);
  expect(() => memory.coherent(4 * PAGE, 'rings')).toThrow(
    'window: expected room for 262144 bytes of rings, got 262144',
  );
});
