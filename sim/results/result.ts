/** Builds the result of a run out of what the PHBs counted. */

import { hex } from '../../models/bits.ts';
import type { Origin } from '../../models/origin.ts';
import { configOf, type PhbSpec, parametersOf } from '../../models/phb/spec.ts';
import { formatRid } from '../../models/rte.ts';
import type { SkippedReport } from '../../traces/format.ts';
import type { PhbOutcome } from '../replay/phb-replay.ts';
import type { ReplayOutcome } from '../replay/replay.ts';
import { NO_WINDOW } from '../unit/accounts.ts';
import { HISTOGRAM_BUCKETS } from '../unit/histogram.ts';
import { BYPASSED, HIT, MERGED, MISS, MSI, OUTCOMES } from '../unit/outcome.ts';
import { PARTS } from '../unit/parts.ts';
import { addHistogram, Book, FAULTS, fixedCyclesOf } from './book.ts';
import { LatencyScale } from './latency.ts';
import { RESULT_SCHEMA, type Result } from './result-schema.ts';
import { tablesOf } from './tables.ts';

/** What a result says about its run besides what was counted. */
export interface RunFacts {
  readonly version: string;
  readonly scenario: Record<string, unknown>;
  readonly spec: PhbSpec;
  /** Whether the pacing is ours, for want of times in the trace. */
  readonly isPacingAssumed: boolean;
  /** Lines of the source that gave no row. */
  readonly skipped: SkippedReport;
  readonly host: Omit<Result['host'], 'requestsPerCpuSecond'>;
}

/** The whole result of a replay. */
export function buildResult(outcome: ReplayOutcome, facts: RunFacts): Result {
  const { spec, host } = facts;
  const { phbs } = outcome;
  const clockMHz = spec.parameters.unit.clockMHz.value;
  const scale = new LatencyScale(clockMHz, fixedCyclesOf(configOf(spec)));
  const whole = bookOf(phbs.map((phb) => [phb, allAccounts(phb)]));
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
    walkReads: sumArrays(phbs, (phb) => phb.walkReads),
    walkCacheHits: sumArrays(phbs, (phb) => phb.walkCacheHits),
    memoryReads: {
      cached: sum(phbs, (phb) => phb.cachedReads),
      uncached: sum(phbs, (phb) => phb.uncachedReads),
    },
    rteMisses: sum(phbs, (phb) => phb.rteMisses),
    simulatedNs: scale.ns(Math.max(0, ...phbs.map((phb) => phb.cycles))),
    latency: {
      unit: 'ns',
      ...scale.latencyOf(whole),
      parts: scale.partsOf(whole, variedParts(phbs), variedMax(phbs)),
    },
    kills: killsOf(phbs, scale),
    noWindow: countersOf(bookOf(phbs.map((phb) => [phb, [NO_WINDOW]]))),
    windows: phbs.flatMap((phb) => windowsOf(phb, scale)),
    pes: phbs.flatMap((phb) => pesOf(phb, scale)),
    tables: tablesOf(phbs),
    assumed: [...pacingAssumed(facts), ...parametersBy('assumed', spec)],
    inferred: parametersBy('inferred', spec),
    chosen: parametersBy('chosen', spec),
    host: {
      ...host,
      requestsPerCpuSecond: Math.round(whole.requests / Math.max(host.cpuSeconds, 1e-9)),
    },
  };
}

/** The pacing among the assumed parameters: for a trace without times it decides who waits for whom. */
function pacingAssumed({ isPacingAssumed, scenario }: RunFacts): Result['assumed'] {
  if (!isPacingAssumed) return [];
  return [{ key: 'pace', value: scenario.pace, source: 'the trace has no times; a common depth' }];
}

/** A PHB and those of its accounts that belong to a book. */
type Share = readonly [PhbOutcome, readonly number[]];

function bookOf(shares: readonly Share[]): Book {
  const book = new Book();
  for (const [phb, accounts] of shares) {
    for (const account of accounts) book.add(phb.accounts, account);
  }
  return book;
}

function allAccounts(phb: PhbOutcome): number[] {
  return phb.accounts.latencies.map((_, account) => account);
}

function countersOf(book: Book) {
  return {
    requests: book.requests,
    hits: book.count([HIT]),
    misses: book.count([MISS]),
    merged: book.count([MERGED]),
    bypassed: book.count([BYPASSED]),
    msi: book.count([MSI]),
    faults: book.faults,
    bytes: book.bytes,
  };
}

function firstFaultsOf(phb: PhbOutcome): Result['firstFaults'] {
  return phb.firstFaults.flatMap((fault, code) => {
    if (!fault) return [];
    const { rid, address } = fault;
    return { kind: OUTCOMES[code], phb: phb.phb, rid: formatRid(rid), address: hex(address) };
  });
}

/** Every window that had requests, and those that stood at the end without any. */
function windowsOf(phb: PhbOutcome, scale: LatencyScale): Result['windows'] {
  const last = new Map(phb.windows.map((window) => [windowKey(window), window.account]));
  return phb.windows.flatMap((window) => {
    const { account, ...facts } = window;
    const book = bookOf([[phb, [account]]]);
    if (book.requests === 0 && last.get(windowKey(window)) !== account) return [];
    return {
      phb: phb.phb,
      ...facts,
      ...countersOf(book),
      latency: scale.latencyOf(book),
      parts: scale.partMeans(book),
    };
  });
}

function windowKey(window: { pe: number; busAddress: string }): string {
  return `${window.pe} ${window.busAddress}`;
}

function pesOf(phb: PhbOutcome, scale: LatencyScale): Result['pes'] {
  const pes = [...new Set(phb.windows.map((window) => window.pe))].sort((a, b) => a - b);
  return pes.map((pe) => {
    const own = phb.windows.filter((window) => window.pe === pe);
    const book = bookOf([[phb, own.map((window) => window.account)]]);
    const latency = scale.latencyOf(book);
    return { phb: phb.phb, pe, ...countersOf(book), latency, parts: scale.partMeans(book) };
  });
}

function killsOf(phbs: readonly PhbOutcome[], scale: LatencyScale): Result['kills'] {
  const held = sum(phbs, (phb) => phb.kills.heldCycles);
  return {
    all: sum(phbs, (phb) => phb.kills.all),
    pe: sum(phbs, (phb) => phb.kills.pe),
    page: sum(phbs, (phb) => phb.kills.page),
    ignored: sum(phbs, (phb) => phb.kills.ignored),
    droppedEntries: sum(phbs, (phb) => phb.kills.droppedEntries),
    heldNs: scale.ns(held),
    heldShare:
      held === 0 ? 0 : held / sum(phbs, (phb) => Math.max(phb.cycles, phb.kills.heldCycles)),
  };
}

/** Histograms of what each part took beyond its fixed cycles, over all PHBs. */
function variedParts(phbs: readonly PhbOutcome[]): Float64Array[] {
  return PARTS.map((_, part) => {
    const total = new Float64Array(HISTOGRAM_BUCKETS);
    for (const phb of phbs) addHistogram(total, phb.accounts.parts[part]);
    return total;
  });
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
