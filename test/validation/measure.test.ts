/** Some rows measured: those that are right, and one that would be wrong with another machine. */
import { describe, expect, it } from 'vitest';
import { EXPERIMENTS } from '../../sim/validation/catalog.ts';
import type { Row } from '../../sim/validation/experiment.ts';
import { measureRow } from '../../sim/validation/measure.ts';
import { lineShare } from '../../sim/validation/software-costs.ts';

const never = () => false;
const rows = EXPERIMENTS.flatMap((experiment) => experiment.rows);

function rowOf(name: string): Row {
  const row = rows.find(({ id }) => id === name);
  if (!row) throw new Error(`no row ${name}`);
  return row;
}

/** The row with a parameter of its scenario changed. */
function changed(name: string, key: string, text: string): Row {
  const row = rowOf(name);
  if (row.measure.kind !== 'replay') throw new Error(`${name} has no scenario`);
  const { scenario } = row.measure;
  const settings = scenario.settings.map((each) => (each.key === key ? { ...each, text } : each));
  return { ...row, measure: { ...row.measure, scenario: { ...scenario, settings } } };
}

describe('a published figure', () => {
  it.each([
    'R1.HSW.1M',
    'R4.dropAll.reads',
    'R4.dropLeaf.reads',
    'R4.little',
    'R5.PTB1.T16',
    'R10.HSW.64M',
  ])('%s is met', async (name) => {
    const { simulated, ok } = await measureRow(rowOf(name), never);
    expect(ok, `${simulated}`).toBe(true);
  });

  it.each(
    rows.filter(({ id }) => id.startsWith('R8.')).map(({ id }) => id),
  )('%s is the same number', async (name) => {
    const row = rowOf(name);
    expect((await measureRow(row, never)).simulated).toBe(row.published);
  });

  it('of 1 MiB on HSW is missed with one walker less', async () => {
    const { ok } = await measureRow(changed('R1.HSW.1M', 'walkers.count', '4'), never);
    expect(ok).toBe(false);
  });

  it('of 16 tenants without a hit is missed by an IOTLB of 16 ways', async () => {
    const row = changed('R5.PTB1.T16.hits', 'tceCache.ways', '16');
    expect((await measureRow(row, never)).ok).toBe(false);
  });
});

describe('invalidation at 43 % of the line', () => {
  it('costs next to nothing once 250 packets share one', () => {
    expect(lineShare(1)).toBeCloseTo(0.43, 10);
    expect(lineShare(250)).toBeCloseTo(1 / (1 + (1 / 0.43 - 1) / 250), 10);
  });
});
