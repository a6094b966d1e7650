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

await runProgram('native twin', async () => {
  const call = readCall(process.argv.slice(2));
  const rounds = wholeNumber(call.rounds);
  const parts = call.parts.split(',');
  const strange = parts.find((part) => part !== 'unit' && part !== 'end');
  if (strange !== undefined) throw new InputError(`--parts: expected unit, end, got '${strange}'`);
  const twin = buildTwin();
  if (twin === undefined) {
    process.stdout.write('native twin: skipped, there is no gcc here\n');
    return 0;
  }
  const machine = await machineOf(call);
  if (parts.includes('unit')) await measureUnit(twin, call.trace, machine, rounds);
  if (parts.includes('end')) await measureAll(twin, call.trace, machine, rounds);
  return 0;
});

/** What was asked for. Throws InputError on options that are not there. */
function readCall(args: string[]) {
  try {
    const { values, positionals } = parseArgs({
      args,
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
    const [trace, ...others] = positionals;
    if (trace === undefined || others.length > 0) throw new InputError('expected one trace');
    return { ...values, trace };
  } catch (error) {
    const isOption = (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS');
    throw isOption ? new InputError((error as Error).message.split('. ')[0]) : error;
  }
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new InputError(`--rounds: expected a whole number 1..9999, got '${text}'`);
}

async function machineOf(call: ReturnType<typeof readCall>): Promise<Machine> {
  const { trace, window: windows, set, pace } = call;
  // A window has its pages mapped, or everything would be a fault; a trace without one is all bypass.
  const map = call.map ?? (windows.length > 0 ? 'touched' : undefined);
  const { metadata } = await openTrace(trace);
  const settings = set.map(parseSetting);
  const scenario = {
    windows,
    settings,
    ...(map !== undefined && { map }),
    ...(pace !== undefined && { pace }),
  };
  return resolveScenario(scenario, metadata.clock).machine;
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
