/** The page about a run: its result, and its request log if there is one. */
import type { UnitConfig } from '../../../models/phb/unit-config.ts';
import type { Result } from '../../results/result-schema.ts';
import type { Section } from '../document.ts';
import { freezesSection, hasFreezes } from '../freezes-section.ts';
import { hasKills, killsSection } from '../kills-section.ts';
import { overloadInWords } from '../latency-section.ts';
import { formatCount, formatNs, formatShare, formatTime } from '../numbers.ts';
import { requestsSection, unservedInWords } from '../requests-section.ts';
import { hostSection, walksSection } from '../run-report.ts';
import { tablesSection } from '../tables-section.ts';
import { unitSection } from '../unit-section.ts';
import type { Fact, LogPage, PageReuse, RunPage, RunSections } from './page-data.ts';
import { parameterGroups } from './parameter-groups.ts';
import {
  bandsOf,
  cycleNsOf,
  directionFigures,
  orderRows,
  partFigures,
  windowRows,
} from './run-figures.ts';

/** The page of a result; `title` names the PHB and the trace. */
export function runPage(result: Result, title: string, log: LogPage | null): RunPage {
  return {
    kind: 'run',
    title,
    version: result.version,
    isComplete: result.isComplete,
    headline: headlineOf(result),
    warnings: [...unservedInWords(result), ...overloadInWords(result)],
    asked: unitSection(result),
    parameters: parameterGroups(result),
    sections: sectionsOf(result),
    cycleNs: cycleNsOf(result),
    simulatedNs: result.simulatedNs,
    cacheEntries: (result.scenario.set as UnitConfig).tceCache.entries,
    parts: partFigures(result),
    directions: directionFigures(result),
    windows: windowRows(result),
    bands: bandsOf(result),
    orders: orderRows(result),
    log: log && { ...log, pages: log.pages?.filter(isPageOf(result)) ?? null },
  };
}

/** Which sizes of page the PHB of a run has. */
function isPageOf({ scenario }: Result): (reuse: PageReuse) => boolean {
  const { pageShifts } = scenario.set as UnitConfig;
  return ({ pageBytes }) => pageShifts.some((shift) => 2 ** shift === pageBytes);
}

function sectionsOf(result: Result): RunSections {
  const optional = (isThere: boolean, make: (from: Result) => Section) =>
    isThere ? make(result) : null;
  return {
    requests: requestsSection(result),
    walks: walksSection(result),
    tables: tablesSection(result),
    host: hostSection(result),
    kills: optional(hasKills(result), killsSection),
    freezes: optional(hasFreezes(result), freezesSection),
  };
}

function headlineOf(result: Result): Fact[] {
  const { requests, hits, lineHits, faults, dropped, latency, link, simulatedNs } = result;
  const lost = dropped.frozen + dropped.fenced;
  const payload = link.upstream.payloadBytes + link.downstream.payloadBytes;
  const gbps = simulatedNs === 0 ? 0 : (payload * 8) / simulatedNs;
  return [
    { name: 'requests', value: formatCount(requests), note: `${formatCount(result.dmas)} DMAs` },
    {
      name: 'TCE cache hits',
      value: formatShare(hits + lineHits, requests),
      note: `${formatCount(result.misses)} misses, ${formatCount(result.merged)} merged`,
    },
    {
      name: 'mean latency',
      value: requests === 0 ? '-' : nsWords(latency.mean),
      note: requests === 0 ? 'no request' : `half take ${formatTime(latency.p50)} or less`,
    },
    {
      name: 'p99 latency',
      value: requests === 0 ? '-' : nsWords(latency.p99),
      note: requests === 0 ? 'no request' : `at most ${formatTime(latency.max)}`,
    },
    {
      name: 'payload',
      value: `${gbps.toFixed(1)} Gb/s`,
      note: `over ${formatTime(simulatedNs)}`,
    },
    {
      name: 'faults',
      value: formatCount(faults),
      note: lost === 0 ? 'nothing dropped' : `${formatCount(lost)} dropped`,
    },
  ];
}

function nsWords(ns: number): string {
  return `${formatNs(ns)}${ns < 1e6 ? ' ns' : ''}`;
}
