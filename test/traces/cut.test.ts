import { describe, expect, test } from 'vitest';
import { type CutConditions, cutTrace } from '../../traces/cut.ts';
import { Op } from '../../traces/format.ts';
import { generate } from '../../traces/generate/generate.ts';
import { summarize } from '../../traces/summary.ts';
import { rowsOf, sourceOf } from './rows.ts';

const ROWS = [
  { op: Op.tve, timeNs: 1n, address: 100n },
  { op: Op.map, timeNs: 2n, rid: 8, pe: 1, address: 101n },
  { op: Op.read, timeNs: 2n, rid: 8, pe: 1, address: 102n },
  { op: Op.write, timeNs: 1n << 33n, rid: 16, pe: 2, address: 103n },
  { op: Op.kill, timeNs: (1n << 33n) + 1n, phb: 1, address: 104n },
  { op: Op.read, timeNs: (1n << 33n) + 2n, phb: 1, rid: 65_535, pe: 65_535, address: 105n },
];

/** The rows that stay, by their places in ROWS. */
async function kept(conditions: CutConditions): Promise<number[]> {
  const rows = await rowsOf(cutTrace(sourceOf(ROWS), conditions));
  return rows.map(({ address }) => Number(address) - 100);
}

describe('a cut', () => {
  test.each<[CutConditions, number[]]>([
    [{}, [0, 1, 2, 3, 4, 5]],
    [{ from: 2 }, [2, 3, 4, 5]],
    [{ from: 1, rows: 2 }, [1, 2]],
    [{ rows: 0 }, []],
    [{ startNs: 2n }, [1, 2, 3, 4, 5]],
    [{ startNs: 3n, endNs: (1n << 33n) + 1n }, [3]],
    [{ endNs: 2n }, [0]],
    [{ phbs: [1] }, [4, 5]],
    [{ pes: [1, 65_535] }, [1, 2, 5]],
    [{ rids: [16] }, [3]],
    [{ operations: [Op.read, Op.kill] }, [2, 4, 5]],
    [{ pes: [1], operations: [Op.read] }, [2]],
  ])('by %o keeps what meets all conditions', async (conditions, places) => {
    expect(await kept(conditions)).toEqual(places);
  });

  test('that keeps the tables has them from before its part and of other PEs, not from behind', async () => {
    expect(await kept({ from: 3, rows: 1, keepTables: true })).toEqual([0, 1, 3]);
    expect(await kept({ pes: [2], keepTables: true })).toEqual([0, 1, 3, 4]);
    expect(await kept({ endNs: 1n << 33n, rids: [8], keepTables: true })).toEqual([0, 1, 2]);
  });

  test('by times is refused where there is an order only', () => {
    const source = sourceOf(ROWS, { clock: 'order' });
    expect(() => cutTrace(source, { endNs: 5n })).toThrow(/no times \(clock: order\)/);
    expect(() => cutTrace(source, { rows: 5 })).not.toThrow();
  });

  test('of everything is the same rows, over many batches', async () => {
    const source = generate('uniform', { requests: '150000' });
    expect((await summarize(cutTrace(source, {}))).digest).toBe((await summarize(source)).digest);
  });

  test('keeps the facts of the trace', () => {
    const source = generate('uniform', { requests: '10' });
    expect(cutTrace(source, { rows: 5 }).metadata).toEqual(source.metadata);
  });
});
