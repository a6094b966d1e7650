/** Traffic that a scenario generates itself. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mergeScenarios } from '../../sim/scenario/scenario.ts';
import { readScenario } from '../../sim/scenario/scenario-file.ts';
import { Op } from '../../traces/format.ts';
import { generate } from '../../traces/generate/generate.ts';

function scenario(text: string) {
  const path = join(mkdtempSync(join(tmpdir(), 'tcesim-')), 'generate.yaml');
  writeFileSync(path, text);
  return readScenario(path);
}

const RING = 'generate:\n  generator: ring\n  set: { requests: 300, strict: yes }\n';

describe('generated traffic', () => {
  it('has the words of its parameters, whatever YAML takes them for', () => {
    expect(scenario(RING).generate).toEqual({
      generator: 'ring',
      set: { requests: '300', strict: 'yes' },
    });
  });

  it('and a trace are refused together, at the line of the second', () => {
    expect(() => scenario(`trace: a.arrow\n${RING}`)).toThrow(
      /generate.yaml:2:1: generate: a scenario has a trace or generated traffic, not both$/,
    );
  });

  it('gives way to a trace of the command line', () => {
    const merged = mergeScenarios(scenario(RING), { trace: 'b.arrow', settings: [] });
    expect(merged).toMatchObject({ trace: 'b.arrow', settings: [] });
    expect(merged.generate).toBeUndefined();
  });

  it('of HyperSIO has a kill behind each packet where packets wait', async () => {
    const operations: number[] = [];
    const traffic = generate('hypersio', { requests: '6', page: '2M', wait: 'yes' });
    for await (const batch of traffic.batches())
      operations.push(...batch.op.subarray(0, batch.rows));
    const packet = [Op.read, Op.write, Op.write, Op.kill];
    expect(operations).toEqual([...packet, ...packet]);
  });
});
