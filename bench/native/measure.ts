/**
 * The product against its native twin on a trace, one thread each, in turns:
 *
 *   node dist/bench/native/measure.js TRACE [--window W]... [--pace P] [--map touched] [--set K=V]...
 *        [--rounds 5] [--parts unit,end]
 *
 * Prints ns of CPU a request of both and the median of the rounds' ratios (1: as fast as the twin), for
 * the unit alone on decoded items, and for everything from the file to the books. Both must have
 * counted the same.
 */
import { parseArgs } from 'node:util';
import { InputError } from '../../models/input-error.ts';
import type { Machine } from '../../sim/replay/machine.ts';
import { replay } from '../../sim/replay/replay.ts';
import { resolveScenario } from '../../sim/scenario/scenario.ts';
import { parseSetting } from '../../sim/scenario/settings.ts';
import { openTrace } from '../../traces/open.ts';
import { digestOf } from '../digest.ts';
import { medianOf } from '../median.ts';
import { buildTwin, runTwin, type TwinResult } from '../native-twin.ts';
import { runProgram } from '../program.ts';
import { DecodedTrace } from './decoded-trace.ts';

/** The twin's passes over decoded items: the fastest of those behind the first counts. */
const TWIN_PASSES = 3;
const NS_PER_SECOND = 1e9;

/** One round: ns of CPU a request. */
interface Round {
  readonly product: number;
  readonly twin: number;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    window: { type: 'string', multiple: true, default: [] },
    set: { type: 'string', multiple: true, default: [] },
    map: { type: 'string' },
    pace: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    parts: { type: 'string', default: 'unit,end' },
  },
});

await runProgram('native twin', async () => {
  const [trace] = positionals;
  if (trace === undefined) throw new InputError('expected a trace');
  const twinPath = buildTwin();
  if (twinPath === undefined) process.stdout.write('native twin: skipped, there is no gcc here\n');
  else await measure(twinPath, trace, await machineOf(trace));
  return 0;
});

async function machineOf(path: string): Promise<Machine> {
  const { window: windows, set, pace } = values;
  // A window has its pages mapped, or everything would be a fault; a trace without one is all bypass.
  const map = values.map ?? (windows.length > 0 ? 'touched' : undefined);
  const { metadata } = await openTrace(path);
  const settings = set.map(parseSetting);
  const scenario = {
    windows,
    settings,
    ...(map !== undefined && { map }),
    ...(pace !== undefined && { pace }),
  };
  return resolveScenario(scenario, metadata.clock).machine;
}

async function measure(twin: string, path: string, machine: Machine): Promise<void> {
  const rounds = Number(values.rounds);
  if (values.parts.includes('unit')) await measureUnit(twin, path, machine, rounds);
  if (values.parts.includes('end')) await measureAll(twin, path, machine, rounds);
}

/** The unit alone; the first round warms the product up. */
async function measureUnit(twin: string, path: string, machine: Machine, count: number) {
  const decoded = await DecodedTrace.open(path, machine);
  const rounds: Round[] = [];
  for (let round = 0; round <= count; round += 1) {
    const native = runTwin(twin, path, machine, { passes: TWIN_PASSES });
    const before = process.cpuUsage();
    decoded.pass();
    const requests = native.requests / TWIN_PASSES;
    const product = nsSince(before, requests);
    rounds.push({ product, twin: (native.bestPassSeconds * NS_PER_SECOND) / requests });
  }
  const native = runTwin(twin, path, machine, { passes: rounds.length });
  expectEqual(digestOf(decoded.outcomes()), native);
  print('unit', native.requests / rounds.length, rounds.slice(1));
}

/** From the file to the books, the compiler's work on the product included. */
async function measureAll(twin: string, path: string, machine: Machine, count: number) {
  const rounds: Round[] = [];
  let requests = 0;
  for (let round = 0; round < count; round += 1) {
    const native = runTwin(twin, path, machine, { passes: 'fused' });
    const before = process.cpuUsage();
    const { phbs } = await replay(await openTrace(path), machine, {
      lanes: 1,
      onProgress: () => {},
      signal: new AbortController().signal,
    });
    requests = native.requests;
    const product = nsSince(before, requests);
    rounds.push({ product, twin: (native.cpuSeconds * NS_PER_SECOND) / requests });
    expectEqual(digestOf(phbs), native);
  }
  print('end to end', requests, rounds);
}

function nsSince(before: NodeJS.CpuUsage, requests: number): number {
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1000) / requests;
}

function expectEqual(digest: string, native: TwinResult): void {
  if (digest === native.digest) return;
  throw new Error(`digests differ: product ${digest}, twin ${native.digest}`);
}

function print(part: string, requests: number, rounds: readonly Round[]): void {
  const ratios = rounds.map(({ product, twin }) => twin / product);
  const ns = (of: readonly number[]) => medianOf(of).toFixed(1);
  process.stdout.write(
    `${part}, ${requests} requests: product ${ns(rounds.map(({ product }) => product))} ns, ` +
      `twin ${ns(rounds.map(({ twin }) => twin))} ns, ratio ${medianOf(ratios).toFixed(3)} ` +
      `(${ratios.map((ratio) => ratio.toFixed(3)).join(' ')})\n`,
  );
}
