/** The generators by name, and the trace that one of them makes. */
import { InputError } from '../../models/input-error.ts';
import type { TraceBatch, TraceSource } from '../format.ts';
import { suggest } from '../nearest.ts';
import { RowBuffer } from '../row-buffer.ts';
import { chase } from './chase.ts';
import type { TraceGenerator, Traffic } from './generator.ts';
import { gpu } from './gpu.ts';
import { hypersio } from './hypersio.ts';
import { nicReceive, nicTransmit } from './nic.ts';
import { nvme } from './nvme.ts';
import { fillPresets } from './parameters.ts';
import { pcieBench } from './pcie-bench.ts';
import { ring } from './ring.ts';
import { sequential } from './sequential.ts';
import { stride } from './stride.ts';
import { tenants } from './tenants.ts';
import { uniform } from './uniform.ts';
import { zipf } from './zipf.ts';

/** All generators, for lists and help: patterns, devices, and what others measured with. */
export const GENERATORS: readonly TraceGenerator[] = [
  sequential,
  uniform,
  zipf,
  stride,
  chase,
  ring,
  nicReceive,
  nicTransmit,
  nvme,
  gpu,
  tenants,
  pcieBench,
  hypersio,
];

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
  const { texts, traffic } = prepareTraffic(name, parameters);
  return {
    metadata: { clock: 'time', source: `generate:${name}`, parameters: texts },
    skipped: { counts: new Map(), first: [] },
    async *batches() {
      yield* generatedBatches(traffic);
    },
  };
}

/** The traffic of a generator, and the texts of all its parameters; throws as `generate` does. */
function prepareTraffic(name: string, parameters: Readonly<Record<string, string>>) {
  const generator = GENERATORS.find((candidate) => candidate.name === name);
  if (!generator) {
    const names = GENERATORS.map((candidate) => candidate.name);
    throw new InputError(`unknown generator '${name}'${suggest(name, names)}`);
  }
  const texts = fillPresets(generator.parameters, parameters);
  return { texts, traffic: generator.prepare(texts) };
}

/** The rows of prepared traffic from its start; a batch is valid until the next one. */
function* generatedBatches(traffic: Traffic): Generator<TraceBatch, void, void> {
  const rows = new RowBuffer();
  const emit = traffic.start();
  for (let step = 0; step < traffic.steps; step += 1) {
    emit(rows, step);
    for (let full = rows.take(); full; full = rows.take()) yield full;
  }
  for (let rest = rows.takeRest(); rest; rest = rows.takeRest()) yield rest;
}
