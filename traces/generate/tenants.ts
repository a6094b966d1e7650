/**
 * Many devices in turn, each with a PE, a span of bus addresses and a pattern of its own, as the guests of a
 * host have them: PEs push each other's TCEs out, and a busy neighbour is seen in the latencies of a quiet
 * one. Spans and patterns are lists that are gone through again and again; lists of lengths without a common
 * divisor give every combination.
 */
import { InputError } from '../../models/input-error.ts';
import { Op } from '../format.ts';
import { suggest } from '../nearest.ts';
import { wholeBetween } from '../option-values.ts';
import { randomOf } from '../random.ts';
import { chaseOffsets } from './chase.ts';
import { RowWriter, type TraceGenerator } from './generator.ts';
import type { OffsetPattern } from './offsets.ts';
import {
  type CommonValues,
  commonParameters,
  type GeneratorParameter,
  readCommon,
} from './parameters.ts';
import { sequentialOffsets } from './sequential.ts';
import { STRIDE, strideOffsets } from './stride.ts';
import { uniformOffsets } from './uniform.ts';
import { THETA, zipfOffsets } from './zipf.ts';

const PATTERNS: Readonly<Record<string, OffsetPattern>> = {
  sequential: sequentialOffsets,
  uniform: uniformOffsets,
  zipf: zipfOffsets,
  stride: strideOffsets,
  chase: chaseOffsets,
};
const PATTERN_NAMES = Object.keys(PATTERNS);
const BURST_MAX = 2 ** 20;

const OWN_PARAMETERS: readonly GeneratorParameter[] = [
  { name: 'windows', description: 'spans of the devices, in turn', preset: '1G,256M,16M' },
  {
    name: 'patterns',
    description: `patterns of the devices, in turn: ${PATTERN_NAMES.join(', ')}`,
    preset: 'sequential,uniform,zipf,stride',
  },
  { name: 'burst', description: 'requests of a device before the next has its turn', preset: '1' },
  THETA,
  { ...STRIDE, preset: '1M' },
];

export const tenants: TraceGenerator = {
  name: 'tenants',
  description:
    'many devices in turn, each with a window and a pattern of its own: PEs that push each other out',
  parameters: [
    ...commonParameters({ devices: '64', length: '512', interval: '20' }, ['window']),
    ...OWN_PARAMETERS,
  ],
  prepare(texts) {
    const spans = listOf(texts.windows as string).map((windows) =>
      readCommon({ ...texts, windows }, 'windows'),
    );
    const [values] = spans;
    const { requests, devices, writeShare, length } = values;
    const burst = wholeBetween('burst', texts, 1, BURST_MAX);
    const begins = readTenants(spans, texts);
    const writer = new RowWriter(values);
    return {
      steps: requests,
      start() {
        const random = randomOf(values.seed);
        const offsets = begins.map((begin) => begin(random));
        return (rows, request) => {
          const round = Math.floor(request / burst);
          const cycle = Math.floor(round / devices);
          const device = round - cycle * devices;
          const turn = cycle * burst + (request - round * burst);
          // Each pattern was told of one device: its own.
          const offset = offsets[device](0, turn);
          const op = random() < writeShare ? Op.write : Op.read;
          writer.add(rows, request, op, device, offset, length);
        };
      },
    };
  },
};

/** The pattern of each device, in its own span. */
function readTenants(spans: readonly CommonValues[], texts: Readonly<Record<string, string>>) {
  const { devices } = spans[0];
  const patterns = listOf(texts.patterns as string).map(patternOf);
  return Array.from({ length: devices }, (_, device) =>
    patterns[device % patterns.length]({ ...spans[device % spans.length], devices: 1 }, texts),
  );
}

function patternOf(name: string): OffsetPattern {
  const pattern = Object.hasOwn(PATTERNS, name) ? PATTERNS[name] : undefined;
  if (pattern) return pattern;
  throw new InputError(`patterns: unknown pattern '${name}'${suggest(name, PATTERN_NAMES)}`);
}

function listOf(text: string): string[] {
  return text.split(',').map((part) => part.trim());
}
