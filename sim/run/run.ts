/**
 * A run from its open trace to its result, for the command line, for programs, and for a browser:
 *
 * 1. The machine is made for the trace.
 * 2. Whoever asks replays, in a way of their own.
 * 3. What was counted becomes the result.
 */
import type { TraceSource } from '../../traces/format.ts';
import type { Machine } from '../replay/machine.ts';
import type { ReplayOutcome } from '../replay/terms.ts';
import { buildResult, type RunFacts } from '../results/result.ts';
import type { Result } from '../results/result-schema.ts';
import {
  describeMachine,
  type ResolvedScenario,
  resolveScenario,
  type Scenario,
} from '../scenario/scenario.ts';
import type { Dump } from '../tables/dump.ts';
import { placed, withPlace } from './place.ts';

/** Of a scenario that says nothing. */
const THREADS = 2;

/** How a trace is replayed. Throws as `replay` does. */
export type Replaying = (trace: TraceSource, machine: Machine) => Promise<ReplayOutcome>;

/** A trace, and the file that it stands in. */
export interface PlacedTrace {
  readonly trace: TraceSource;
  /** For messages. */
  readonly place: string;
  /** For results: without its folder. */
  readonly file: string;
}

/** The program that runs, and how it measures what that takes. */
export interface Program {
  readonly version: string;
  /** Begins to measure; the facts are those until they are asked for, of so many threads. */
  startWatch(): { facts(threads: number): RunFacts['host'] };
}

export class Run {
  private readonly resolved: ResolvedScenario;
  readonly threads: number;

  /** The run of a scenario; `file` is that of the scenario, if it has one. Throws InputError. */
  constructor(
    private readonly program: Program,
    scenario: Scenario,
    private readonly source: PlacedTrace,
    file?: string,
    readonly tables?: Dump,
  ) {
    const resolve = () => resolveScenario(scenario, source.trace.metadata.clock);
    this.resolved = file === undefined ? resolve() : placed(file, resolve);
    this.threads = scenario.threads ?? THREADS;
    tables?.checkPes(this.machine.phb, this.machine.config.pe.count);
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
    return `${this.resolved.spec.title}, ${this.source.file}`;
  }

  /** The scenario as results have it. */
  get described(): Record<string, unknown> {
    const { trace, file } = this.source;
    const { tables } = this;
    return {
      ...describeMachine(this.machine),
      ...(tables && { tables: tables.described }),
      trace: { file, ...trace.metadata },
    };
  }

  /** Replays. Throws InputError with the trace's file on what cannot be replayed. */
  async perform(replaying: Replaying): Promise<{ outcome: ReplayOutcome; result: Result }> {
    const { trace, place, threads } = this;
    const { spec, machine, isPacingAssumed } = this.resolved;
    const watch = this.program.startWatch();
    const outcome = await replaying(trace, machine).catch((error) => {
      throw withPlace(place, error);
    });
    const result = buildResult(outcome, {
      version: this.program.version,
      spec,
      isPacingAssumed,
      skipped: trace.skipped,
      scenario: this.described,
      host: watch.facts(threads),
    });
    return { outcome, result };
  }
}
