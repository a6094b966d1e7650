/** Builds the result of a run out of what the PHBs counted. */

import { hex } from '../../models/bits.ts';
import type { Origin } from '../../models/origin.ts';
import { configOf, type PhbSpec, parametersOf } from '../../models/phb/spec.ts';
import { formatRid } from '../../models/rte.ts';
import type { SkippedReport } from '../../traces/format.ts';
import { RESULT_SCHEMA } from '../formats.ts';
import type { PhbOutcome } from '../replay/phb-replay.ts';
import type { ReplayOutcome } from '../replay/terms.ts';
import { NO_WINDOW } from '../unit/books/accounts.ts';
import { fixedCyclesOf } from '../unit/books/fixed-cycles.ts';
import { OUTCOMES } from '../unit/books/outcome.ts';
import { PARTS } from '../unit/books/parts.ts';
import { FAULTS, sumOfHistograms } from './book.ts';
import { fencesOf, freezesOf } from './freezes.ts';
import { killsOf } from './kills.ts';
import { LatencyScale } from './latency.ts';
import { linkOf } from './link.ts';
import type { Result } from './result-schema.ts';
import { tablesOf } from './tables.ts';
import { allAccounts, bookOf, countersOf, pesOf, windowsOf } from './traffic.ts';

/** What a result says about its run besides what was counted. */
export interface RunFacts {
  readonly version: string;
  readonly scenario: Record<string, unknown>;
  readonly spec: PhbSpec;
  /** Whether the pacing is ours, for want of times in the trace. */
  readonly isPacingAssumed: boolean;
  /** Lines of the source that gave no row. */
  readonly skipped: SkippedReport;
  readonly host: Omit<Result['host'], 'requestsPerCpuSecond' | 'slices' | 'rerun'>;
}

/** The whole result of a replay. */
export function buildResult(outcome: ReplayOutcome, facts: RunFacts): Result {
  const { spec, host } = facts;
  const { phbs } = outcome;
  const clockMHz = spec.parameters.unit.clockMHz.value;
  const config = configOf(spec);
  const scale = new LatencyScale(clockMHz, fixedCyclesOf(config));
  const whole = bookOf(phbs.map((phb) => [phb, allAccounts(phb)]));
  const simulatedNs = scale.ns(Math.max(0, ...phbs.map((phb) => phb.cycles)));
  return {
    schema: RESULT_SCHEMA,
    version: facts.version,
    isComplete: outcome.isComplete,
    scenario: facts.scenario,
    rows: outcome.rows,
    dmas: outcome.dmas,
    replacedRows: outcome.replacedRows,
    skipped: {
      lines: [...facts.skipped.counts.values()].reduce((lines, count) => lines + count, 0),
      first: facts.skipped.first.map(({ line, reason }) => `line ${line}: ${reason}`),
    },
    ...countersOf(whole),
    faultsByKind: Object.fromEntries(FAULTS.map((code) => [OUTCOMES[code], whole.count([code])])),
    firstFaults: phbs.flatMap(firstFaultsOf),
    agreed: sum(phbs, (phb) => phb.agreed),
    differed: sum(phbs, (phb) => phb.differed),
    notCompared: sum(phbs, (phb) => phb.notCompared),
    walkReads: sumArrays(phbs, (phb) => phb.walkReads),
    walkCacheHits: sumArrays(phbs, (phb) => phb.walkCacheHits),
    memoryReads: {
      cached: sum(phbs, (phb) => phb.cachedReads),
      uncached: sum(phbs, (phb) => phb.uncachedReads),
    },
    rteMisses: sum(phbs, (phb) => phb.rteMisses),
    stalls: sum(phbs, (phb) => phb.stalls),
    cutWaits: sum(phbs, (phb) => phb.cutWaits),
    simulatedNs,
    link: linkOf(whole, config, phbs.length, simulatedNs),
    latency: {
      ...scale.latencyOf(whole),
      unit: 'ns',
      parts: scale.partsOf(whole, variedParts(phbs), variedMax(phbs)),
    },
    kills: killsOf(phbs, scale),
    freezes: freezesOf(phbs, scale),
    fences: fencesOf(phbs, scale),
    noWindow: countersOf(bookOf(phbs.map((phb) => [phb, [NO_WINDOW]]))),
    windows: phbs.flatMap((phb) => windowsOf(phb, scale)),
    pes: phbs.flatMap((phb) => pesOf(phb, scale)),
    tables: tablesOf(phbs),
    assumed: [...pacingAssumed(facts), ...parametersBy('assumed', spec)],
    inferred: parametersBy('inferred', spec),
    chosen: parametersBy('chosen', spec),
    host: {
      ...host,
      slices: outcome.slices,
      rerun: outcome.rerun,
      requestsPerCpuSecond: rateOf(whole.requests(), host.cpuSeconds),
    },
  };
}

function rateOf(requests: number, seconds: number | null): number | null {
  return seconds === null ? null : Math.round(requests / Math.max(seconds, 1e-9));
}

/** The pacing among the assumed parameters: for a trace without times it decides who waits for whom. */
function pacingAssumed({ isPacingAssumed, scenario }: RunFacts): Result['assumed'] {
  if (!isPacingAssumed) return [];
  return [{ key: 'pace', value: scenario.pace, source: 'the trace has no times; a common depth' }];
}

function firstFaultsOf(phb: PhbOutcome): Result['firstFaults'] {
  return phb.firstFaults.flatMap((fault, code) => {
    if (!fault) return [];
    const { rid, address } = fault;
    return { kind: OUTCOMES[code], phb: phb.phb, rid: formatRid(rid), address: hex(address) };
  });
}

/** Histograms of what each part took beyond its fixed cycles, over all PHBs. */
function variedParts(phbs: readonly PhbOutcome[]): Float64Array[] {
  return PARTS.map((_, part) => sumOfHistograms(phbs.map((phb) => phb.accounts.parts[part])));
}

function variedMax(phbs: readonly PhbOutcome[]): Float64Array {
  return Float64Array.from(PARTS, (_, part) =>
    Math.max(0, ...phbs.map((phb) => phb.accounts.partsMax[part])),
  );
}

function parametersBy(origin: Origin, spec: PhbSpec): Result['assumed'] {
  return parametersOf(spec)
    .filter((parameter) => parameter.origin === origin)
    .map(({ key, value, source }) => ({ key, value, source }));
}

function sum(phbs: readonly PhbOutcome[], of: (phb: PhbOutcome) => number): number {
  return phbs.reduce((total, phb) => total + of(phb), 0);
}

function sumArrays(phbs: readonly PhbOutcome[], of: (phb: PhbOutcome) => Float64Array): number[] {
  const length = Math.max(0, ...phbs.map((phb) => of(phb).length));
  return Array.from({ length }, (_, index) => sum(phbs, (phb) => of(phb)[index]));
}
