/** Which rows of a batch stand for the rest of them. */
import { expect, test } from 'vitest';
import { sampleRows } from '../../../sim/replay/slices/row-sample.ts';
import { Op } from '../../../traces/format.ts';
import { RowBuffer } from '../../../traces/row-buffer.ts';

const ROWS = 4096;

/** Numbers of the rows that are sampled, from `from` on. */
function sampled(from: number, stride: number): number[] {
  const buffer = new RowBuffer();
  for (let row = 0; row < ROWS; row += 1) {
    buffer.add({ op: Op.read, rid: 0, pe: 1, address: 0n, length: row });
  }
  const batch = buffer.takeRest();
  if (batch === undefined) throw new Error('no rows');
  const { rows, length } = sampleRows(batch, from, stride);
  return [...length.subarray(0, rows)];
}

test.each([1, 7, 16, 100])('one row is taken of every %i', (stride) => {
  const rows = sampled(0, stride);
  expect(rows.length).toBeGreaterThanOrEqual(Math.floor(ROWS / stride));
  rows.forEach((row, index) => {
    expect(Math.floor(row / stride)).toBe(index);
  });
});

test('devices that take turns are all seen, however many of them there are', () => {
  for (const devices of [2, 3, 8, 16]) {
    const seen = new Set(sampled(0, 16).map((row) => row % devices));
    expect(seen.size).toBe(devices);
  }
});

test('no row in front of the first is taken', () => {
  expect(Math.min(...sampled(1000, 16))).toBeGreaterThanOrEqual(1000);
});
