/** The generators by name, and the trace that one of them makes. */
import { InputError } from '../../models/input-error.ts';
import type { TraceBatch, TraceSource } from '../format.ts';
import { suggest } from '../nearest.ts';
import { RowBuffer } from '../row-buffer.ts';
import type { TraceGenerator, Traffic } from './generator.ts';
import { fillPresets } from './parameters.ts';
import { ring } from './ring.ts';
import { sequential } from './sequential.ts';
import { uniform } from './uniform.ts';

/** All generators, for lists and help. */
export const GENERATORS: readonly TraceGenerator[] = [sequential, uniform, ring];

/**
 * A generated trace, to write or to replay as it comes. `parameters` are texts as a user writes them;
 * missing ones have their presets, and all of them stand in the metadata. Throws InputError on an
 * unknown generator or parameter and on a bad value.
 * @example generate('uniform', { requests: '1000', window: '16G', seed: 'a' })
 */
export function generate(
  name: string,
  parameters: Readonly<Record<string, string>> = {},
): TraceSource {
  const generator = GENERATORS.find((candidate) => candidate.name === name);
  if (!generator) {
    const names = GENERATORS.map((candidate) => candidate.name);
    throw new InputError(`unknown generator '${name}'${suggest(name, names)}`);
  }
  const texts = fillPresets(generator.parameters, parameters);
  const traffic = generator.prepare(texts);
  return {
    metadata: { clock: 'time', source: `generate:${name}`, parameters: texts },
    skipped: { counts: new Map(), first: [] },
    batches: () => emitAll(traffic),
  };
}

async function* emitAll(traffic: Traffic): AsyncGenerator<TraceBatch, void, void> {
  const rows = new RowBuffer();
  const emit = traffic.start();
  for (let step = 0; step < traffic.steps; step += 1) {
    emit(rows, step);
    const full = rows.take();
    if (full) yield full;
  }
  for (let rest = rows.takeRest(); rest; rest = rows.takeRest()) yield rest;
}
