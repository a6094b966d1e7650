import { describe, expect, test } from 'vitest';
import { cutTrace } from '../../traces/cut.ts';
import { Op, type TraceMetadata } from '../../traces/format.ts';
import { generate } from '../../traces/generate/generate.ts';
import { type MergeOptions, mergeTraces } from '../../traces/merge.ts';
import type { TraceRow } from '../../traces/row-buffer.ts';
import { summarize } from '../../traces/summary.ts';
import { rowsOf, sourceOf } from './rows.ts';

function merged(
  files: readonly (readonly TraceRow[])[],
  options: MergeOptions = {},
  metadata: Partial<TraceMetadata> = {},
) {
  const traces = files.map((rows, index) => ({
    name: `file ${index + 1}`,
    source: sourceOf(rows, metadata),
  }));
  return rowsOf(mergeTraces(traces, options));
}

const at = (timeNs: bigint, address: number, phb = 0): TraceRow => ({
  op: Op.read,
  timeNs,
  phb,
  address: BigInt(address),
});

describe('a merge', () => {
  test('goes by time, and by the order of the files at one time', async () => {
    const late = 1n << 40n;
    const rows = await merged([
      [at(5n, 10), at(5n, 11), at(late, 12)],
      [at(0n, 20), at(5n, 21), at(late + 1n, 22)],
      [],
      [at(5n, 30), at(late - 1n, 31)],
    ]);
    expect(rows.map(({ address }) => Number(address))).toEqual([20, 10, 11, 21, 30, 31, 12, 22]);
  });

  test('of two halves is the whole, over many batches', async () => {
    const whole = generate('uniform', { requests: '200000', writes: '0.3' });
    const part = (operation: number) => ({
      name: `${operation}`,
      source: cutTrace(whole, { operations: [operation] }),
    });
    const both = mergeTraces([part(Op.write), part(Op.read)], {});
    expect((await summarize(both)).digest).toBe((await summarize(whole)).digest);
  });

  test('of traces with an order only puts one behind the other', async () => {
    const rows = await merged([[at(0n, 1), at(0n, 2)], [at(0n, 3)]], {}, { clock: 'order' });
    expect(rows.map(({ address }) => Number(address))).toEqual([1, 2, 3]);
  });

  test('of a trace with times and one without is refused', () => {
    const traces = [
      { name: 'a', source: sourceOf([]) },
      { name: 'b', source: sourceOf([], { clock: 'order' }) },
    ];
    expect(() => mergeTraces(traces, {})).toThrow(/^b: expected clock time as in a, got order$/);
  });

  test('keeps PHB numbers, or gives each PHB of each file its own', async () => {
    const files = [
      [at(1n, 1, 3), at(3n, 3, 0)],
      [at(2n, 2, 3), at(4n, 4, 3)],
    ];
    const phbs = async (options: MergeOptions) =>
      (await merged(files, options)).map(({ phb }) => phb);
    expect(await phbs({})).toEqual([3, 3, 0, 3]);
    expect(await phbs({ separatePhbs: true })).toEqual([0, 1, 2, 1]);
  });

  test('that needs more than 256 PHBs is refused', async () => {
    const files = [0, 1].map((file) =>
      Array.from({ length: 129 }, (_, phb) => at(BigInt(phb), file, phb)),
    );
    await expect(merged(files, { separatePhbs: true })).rejects.toThrow(/more than 256 PHBs/);
  });

  test('tells the facts of each file', () => {
    const source = generate('uniform', { requests: '10' });
    const { metadata } = mergeTraces(
      [
        { name: 'a', source },
        { name: 'b', source },
      ],
      {},
    );
    expect(metadata).toMatchObject({ clock: 'time', source: 'merge' });
    expect(metadata.parameters).toMatchObject({
      '1.source': 'generate:uniform',
      '2.source': 'generate:uniform',
      '2.requests': '10',
    });
  });
});
