/** NVMe commands as DMA: queue entries, PRP lists, data (NVM Express Base Specification). */
import { describe, expect, test } from 'vitest';
import { CompletionQueue } from '../../traces/device/completion-queue.ts';
import { DeviceRows, TraceTime } from '../../traces/device/device-rows.ts';
import { DmaMemory, RealMemory } from '../../traces/device/iova-policy.ts';
import { NvmeController } from '../../traces/device/nvme.ts';
import { Op } from '../../traces/format.ts';
import { getWord, RowBuffer } from '../../traces/row-buffer.ts';

const PAGE = 65_536;

function controllerOf(entries: number, transferBytes: number) {
  const buffer = new RowBuffer();
  const rows = new DeviceRows(buffer, new TraceTime(true), { rid: 0x100, pe: 1 });
  const settings = { policy: 'fixed', pageBytes: PAGE, windowBytes: 2 ** 31, batch: 1 } as const;
  const memory = new DmaMemory(rows, settings, new RealMemory());
  const controller = new NvmeController(rows, memory, entries, transferBytes);
  const from = buffer.total;
  const dma = () =>
    Array.from({ length: buffer.total - from }, (_, index) => {
      const row = from + index;
      const { op, length, address } = buffer.columns;
      const name = op[row] === Op.read ? 'read' : 'write';
      return [name, Number(getWord(address, row)), length[row]] as const;
    });
  return { controller, dma };
}

/** With 64 KiB pages: submission queue, completion queue, lists, buffers. */
const SUBMISSIONS = PAGE;
const COMPLETIONS = 2 * PAGE;
const LISTS = 3 * PAGE;

describe('data pointers', () => {
  test.each([
    [1, []],
    [4096, []],
    // Two pages: both stand in the entry.
    [4097, []],
    [8192, []],
    // Three: a list of the second and the third.
    [8193, [16]],
    [65_536, [120]],
    // 513 pages: 512 of them fill a page of the list.
    [513 * 4096, [4096]],
    // 514: the last slot of the first list page points to the second, which has two.
    [514 * 4096, [4096, 16]],
    // 4096 pages: 8 list pages of 511, and 7 in the ninth.
    [2 ** 24, [...Array(8).fill(4096), 7 * 8]],
  ])('%i bytes read lists of %j bytes', (bytes, lists) => {
    const { controller, dma } = controllerOf(4, 2 ** 24);
    controller.submit('read', bytes);
    expect(dma()[0]).toEqual(['read', SUBMISSIONS, 64]);
    expect(
      dma()
        .slice(1)
        .map(([, , length]) => length),
    ).toEqual(lists);
    expect(
      dma()
        .slice(1)
        .map(([, address]) => address),
    ).toEqual(lists.map((_: number, page: number) => LISTS + page * 4096));
  });
});

test('a write is read at once, a read is written in front of its completion', () => {
  const { controller, dma } = controllerOf(16, PAGE);
  const buffers = LISTS + PAGE;
  const written = controller.submit('write', 4096) as number;
  const read = controller.submit('read', 6000) as number;
  expect(dma()).toEqual([
    ['read', SUBMISSIONS, 64],
    ['read', buffers, 4096],
    ['read', SUBMISSIONS + 64, 64],
  ]);
  controller.complete(read);
  controller.complete(written);
  expect(dma().slice(3)).toEqual([
    ['write', buffers + PAGE, 6000],
    ['write', COMPLETIONS, 16],
    ['write', COMPLETIONS + 16, 16],
  ]);
});

test('a queue of n entries holds n - 1 commands, and its rings wrap at n', () => {
  const { controller, dma } = controllerOf(4, 4096);
  const commands = [0, 1, 2].map(() => controller.submit('flush', 0) as number);
  expect(controller.isFull).toBe(true);
  for (const command of commands) controller.complete(command);
  expect(controller.isFull).toBe(false);
  for (let turn = 0; turn < 3; turn += 1)
    controller.complete(controller.submit('flush', 0) as number);
  const at = (name: string) =>
    dma()
      .filter(([op]) => op === name)
      .map(([, address]) => address);
  expect(at('read').map((address) => (address - SUBMISSIONS) / 64)).toEqual([0, 1, 2, 3, 0, 1]);
  expect(at('write').map((address) => (address - COMPLETIONS) / 16)).toEqual([0, 1, 2, 3, 0, 1]);
});

test('buffers are used in turn', () => {
  const { controller, dma } = controllerOf(4, 4096);
  for (let turn = 0; turn < 4; turn += 1)
    controller.complete(controller.submit('read', 512) as number);
  const data = dma().filter(([, , length]) => length === 512);
  const first = data[0][1];
  expect(data.map(([, address]) => (address - first) / PAGE)).toEqual([0, 1, 2, 0]);
});

test('completions come in order of time, ties in order of entry', () => {
  const queue = new CompletionQueue();
  const times = [5, 3, 9, 3, 1, 7, 3, 5, 0, 9, 2];
  times.forEach((timeNs, command) => {
    queue.add({ timeNs, command, controller: 0 });
  });
  const expected = times
    .map((timeNs, command) => ({ timeNs, command, controller: 0 }))
    .sort((one, other) => one.timeNs - other.timeNs);
  for (const { timeNs, command } of expected) {
    expect(queue.nextNs).toBe(timeNs);
    expect(queue.take()).toMatchObject({ timeNs, command });
  }
  expect(queue.isEmpty).toBe(true);
  expect(queue.take()).toBeUndefined();
});
