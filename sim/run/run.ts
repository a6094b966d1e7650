/**
 * A run from its scenario to its result, for the command line and for programs:
 *
 * 1. The trace is opened, the machine made for it, the dump of tables read.
 * 2. Whoever asks replays, in a way of their own.
 * 3. What was counted becomes the result.
 */
import { basename } from 'node:path';
import type { TraceSource } from '../../traces/format.ts';
import type { Machine } from '../replay/machine.ts';
import type { ReplayOutcome } from '../replay/terms.ts';
import { buildResult } from '../results/result.ts';
import type { Result } from '../results/result-schema.ts';
import {
  type DumpChoice,
  describeMachine,
  type ResolvedScenario,
  resolveScenario,
  type Scenario,
} from '../scenario/scenario.ts';
import type { Dump } from '../tables/dump.ts';
import { VERSION } from '../version.ts';
import { placed, withPlace } from './place.ts';
import { type PlacedTrace, refuseToReadTwice, traceOf } from './scenario-trace.ts';
import { Stopwatch } from './stopwatch.ts';

/** Of a scenario that says nothing. */
const THREADS = 2;

/** How a trace is replayed. Throws as `replay` does. */
export type Replaying = (trace: TraceSource, machine: Machine) => Promise<ReplayOutcome>;

export class Run {
  private constructor(
    private readonly source: PlacedTrace,
    private readonly resolved: ResolvedScenario,
    readonly tables: Dump | undefined,
    readonly threads: number,
  ) {}

  /** Opens what a scenario names; `file` is that of the scenario, if it has one. Throws InputError. */
  static async prepare(scenario: Scenario, file?: string): Promise<Run> {
    const source = await traceOf(scenario, file ?? 'scenario');
    const resolve = () => resolveScenario(scenario, source.trace.metadata.clock);
    const resolved = file === undefined ? resolve() : placed(file, resolve);
    const { machine } = resolved;
    refuseToReadTwice(scenario, machine);
    const tables = scenario.tables && (await readDump(scenario.tables));
    tables?.checkPes(machine.phb, machine.config.pe.count);
    return new Run(source, resolved, tables, scenario.threads ?? THREADS);
  }

  get trace(): TraceSource {
    return this.source.trace;
  }

  /** File of the trace. */
  get place(): string {
    return this.source.place;
  }

  get machine(): Machine {
    return this.resolved.machine;
  }

  /** Of a report. */
  get title(): string {
    return `${this.resolved.spec.title}, ${basename(this.place)}`;
  }

  /** The scenario as results have it. */
  get described(): Record<string, unknown> {
    const { trace, place, tables } = this;
    return {
      ...describeMachine(this.machine),
      ...(tables && { tables: describeDump(tables) }),
      trace: { file: basename(place), ...trace.metadata },
    };
  }

  /** Replays. Throws InputError with the trace's file on what cannot be replayed. */
  async perform(replaying: Replaying): Promise<{ outcome: ReplayOutcome; result: Result }> {
    const { trace, place, threads } = this;
    const { spec, machine, isPacingAssumed } = this.resolved;
    const stopwatch = new Stopwatch();
    const outcome = await replaying(trace, machine).catch((error) => {
      throw withPlace(place, error);
    });
    const result = buildResult(outcome, {
      version: VERSION,
      spec,
      isPacingAssumed,
      skipped: trace.skipped,
      scenario: this.described,
      host: stopwatch.facts(threads),
    });
    return { outcome, result };
  }
}

/** Dumps bring packages along that take 10 to 40 ms to load. */
async function readDump({ file, dump }: DumpChoice): Promise<Dump> {
  const { Dump } = await import('../tables/dump.ts');
  return Dump.read(file, dump);
}

/** The dump as results name it. */
function describeDump({ name: { file, seq, at } }: Dump) {
  return { file: basename(file), dump: seq, at };
}
