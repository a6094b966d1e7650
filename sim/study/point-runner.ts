/**
 * Runs points of one study in this thread, one after the other:
 *
 * 1. The host's memory, made once for all points that meet the same host.
 * 2. The kernel's answer to the window, once for all points that ask the same.
 * 3. The replay, where there is a window: as `tcesim run` does it with the point's scenario.
 * 4. What went wrong with the point is its record.
 */
import { parseKernel } from '../../models/kernel/kernel.ts';
import type { TraceSource } from '../../traces/format.ts';
import { isForUser } from '../replay/lane-error.ts';
import { replaySolo } from '../replay/solo-replay.ts';
import type { RowWatch } from '../replay/terms.ts';
import { buildResult } from '../results/result.ts';
import { resolveScenario } from '../scenario/scenario.ts';
import { VERSION } from '../version.ts';
import type { HostMemory } from '../window/host-memory.ts';
import { memoryOfHost } from './host-choice.ts';
import type { StudyPlan } from './plan.ts';
import { checkPoint, scenarioOf } from './point-scenario.ts';
import type { StudyPoint } from './points.ts';
import { replayRecord } from './replay-record.ts';
import type { PointRecord, ReplayRecord, WindowRecord } from './study-schema.ts';
import { windowAnswer, windowQuestion } from './window-answer.ts';

/** Answers and hosts that are kept; those that are asked for again come soon. */
const KEPT_MAX = 64;

/** A result wants to know of the machine that simulated; a point does not. */
const NO_HOST = { threads: 1, wallSeconds: 0, cpuSeconds: 0, peakMemoryBytes: 0, node: '' };

export class PointRunner {
  private readonly memories = new Recent<HostMemory>();
  private readonly answers = new Recent<WindowRecord>();

  constructor(private readonly plan: StudyPlan) {}

  /** The memory of a point's host. Throws InputError. */
  memoryOf({ values }: StudyPoint): HostMemory {
    const { kernel, ram, host } = values;
    return this.memories.get(`${kernel} ${ram} ${host}`, () => {
      const seed = `${this.plan.seed}/host/${host}`;
      return memoryOfHost(this.plan.hosts[host], parseKernel(kernel, 'kernel'), ram, seed);
    });
  }

  /** The record of a point; undefined where it was told to stop. `open` is called if there is a replay. */
  async run(
    point: StudyPoint,
    open: () => Promise<TraceSource>,
    watch: RowWatch,
  ): Promise<PointRecord | undefined> {
    const { name, seed, values } = point;
    const basis = { name, seed, values: { ...values } };
    let window: WindowRecord | null = null;
    try {
      checkPoint(point);
      const memory = this.memoryOf(point);
      window = this.answers.get(windowQuestion(values), () => windowAnswer(values, memory));
      if (!window.created) return { ...basis, window, replay: null, failed: null };
      const replay = await this.replay(point, memory, await open(), watch);
      return replay && { ...basis, window, replay, failed: null };
    } catch (error) {
      if (!isForUser(error)) throw error;
      return { ...basis, window, replay: null, failed: error.message };
    }
  }

  private async replay(
    point: StudyPoint,
    memory: HostMemory,
    trace: TraceSource,
    watch: RowWatch,
  ): Promise<ReplayRecord | undefined> {
    const scenario = scenarioOf(this.plan, point, memory);
    const { spec, machine, isPacingAssumed } = resolveScenario(scenario, trace.metadata.clock);
    const outcome = await replaySolo(trace, machine, watch);
    if (!outcome.isComplete) return undefined;
    const facts = { version: VERSION, spec, isPacingAssumed, scenario: {}, host: NO_HOST };
    return replayRecord(buildResult(outcome, { ...facts, skipped: trace.skipped }));
  }
}

/** What was made last, by key. */
class Recent<Value> {
  private readonly values = new Map<string, Value>();

  get(key: string, make: () => Value): Value {
    const known = this.values.get(key);
    if (known !== undefined) return known;
    if (this.values.size === KEPT_MAX) this.values.clear();
    const made = make();
    this.values.set(key, made);
    return made;
  }
}
