/** The report of one run: what was simulated, what became of the requests, and what is assumed. */
import type { UnitConfig } from '../../models/phb/unit-config.ts';
import { describeBytes } from '../../models/size.ts';
import type { Result } from '../results/result-schema.ts';
import type { Report, Section, Table } from './document.ts';
import { freezesSection, hasFreezes } from './freezes-section.ts';
import { hasKills, killsSection } from './kills-section.ts';
import { latencySection } from './latency-section.ts';
import { formatCount, formatCountOf, formatShare, formatTime } from './numbers.ts';
import { tablesSection } from './tables-section.ts';
import { unitSection } from './unit-section.ts';
import { hasSharedPe, pesSection, windowsSection } from './windows-section.ts';

const FAULTS_LISTED_MAX = 4;

const FAULTS_IN_WORDS: Readonly<Record<string, string>> = {
  'page-fault': 'a TCE without permission bits: not mapped',
  'access-fault': 'a TCE that forbids the direction',
  'tve-invalid': 'no valid window for the PE',
  'tvt-address': 'outside the window',
  'unsupported-address': 'address bits 63:60',
  'bad-rte': 'a PE# that the PHB does not have',
};

/** The report of a result; `spec` names the PHB in words. */
export function runReport(result: Result, title: string): Report {
  const stopped = result.isComplete ? '' : ' (stopped early)';
  return {
    title: `tcesim ${result.version}: ${title}${stopped}`,
    sections: [
      unitSection(result),
      requestsSection(result),
      walksSection(result),
      latencySection(result),
      ...(result.windows.length > 0 ? [windowsSection(result)] : []),
      ...(hasSharedPe(result) ? [pesSection(result)] : []),
      ...(hasKills(result) ? [killsSection(result)] : []),
      ...(hasFreezes(result) ? [freezesSection(result)] : []),
      tablesSection(result),
      parametersSection(result),
      hostSection(result),
    ],
  };
}

function requestsSection(result: Result): Section {
  const { requests } = result;
  const { frozen, fenced } = result.dropped;
  const row = (name: string, count: number, note = '') => [
    name,
    formatCount(count),
    formatShare(count, requests),
    note,
  ];
  const faults = Object.entries(result.faultsByKind).filter(([, count]) => count > 0);
  const read = result.isComplete ? '' : ' read so far';
  const rows = [
    row('requests', requests, `of ${formatCountOf(result.dmas, 'DMA')}${read}, cut into TLPs`),
    row('TCE cache hits', result.hits),
    ...(hasLineBuffer(result) ? [row('line buffer hits', result.lineHits)] : []),
    row('TCE cache misses', result.misses),
    row('merged misses', result.merged, 'waited for a fetch in flight'),
    row('bypassed', result.bypassed, 'untranslated windows'),
    row('faults', result.faults),
    ...faults.map(([kind, count]) => row(`  ${kind}`, count, FAULTS_IN_WORDS[kind])),
    ...(result.msi > 0 ? [row('MSI', result.msi, 'no memory access')] : []),
    ...(frozen > 0 ? [row('dropped, PE frozen', frozen)] : []),
    ...(fenced > 0 ? [row('dropped, PHB fenced', fenced)] : []),
  ];
  return { title: 'Requests', tables: [{ head: [], rows, left: [3] }], remarks: remarksOn(result) };
}

function hasLineBuffer({ scenario, lineHits }: Result): boolean {
  return lineHits > 0 || (scenario.set as UnitConfig).lineBuffer.entries > 0;
}

/** What was asked for, as a rate over the simulated time. */
function throughput({ readBytes, writtenBytes, simulatedNs }: Result): string[] {
  if (simulatedNs === 0) return [];
  const gbps = ((readBytes + writtenBytes) * 8) / simulatedNs;
  return [
    `${describeBytes(readBytes)} to read, ${describeBytes(writtenBytes)} to write: ${gbps.toFixed(1)} Gb/s over ${formatTime(simulatedNs)}.`,
  ];
}

function remarksOn(result: Result): string[] {
  const remarks = throughput(result);
  const { agreed, differed, notCompared } = result;
  if (agreed + differed + notCompared > 0) {
    const dropped =
      notCompared > 0 ? `, ${formatCount(notCompared)} were dropped and not compared` : '';
    remarks.push(
      `The trace recorded ${formatCount(agreed + differed + notCompared)} real addresses: ${formatCount(agreed)} agree, ${formatCount(differed)} differ${dropped}.`,
    );
  }
  if (result.replacedRows > 0) {
    remarks.push(
      `Your windows replace those of the trace: ${formatCount(result.replacedRows)} rows that make windows and tables were left out.`,
    );
  }
  for (const { kind, phb, rid, address } of result.firstFaults.slice(0, FAULTS_LISTED_MAX)) {
    remarks.push(`First ${kind} on PHB ${phb}: RID ${rid}, bus address ${address}.`);
  }
  const invalid = result.windows.find(({ reason }) => reason !== '');
  if (invalid) {
    remarks.push(
      `TVE ${invalid.tve} is invalid on ${result.scenario.phb}: ${invalid.reason}. Another PHB's trace?`,
    );
  }
  for (const line of result.skipped.first) remarks.push(`Of the source, ${line}.`);
  if (result.requests === 0) remarks.push('The trace has no DMA.');
  if (result.requests > 0 && result.windows.length === 0) {
    remarks.push(
      result.tables.failedAllocationCount > 0
        ? 'No DMA window came into being: see Table memory.'
        : 'No DMA window exists: give one with --window 64K:1T:levels=2 --map touched.',
    );
  } else if (result.faultsByKind['page-fault'] > 0 && isNothingServed(result)) {
    remarks.push('Nothing is mapped: --map touched maps the pages that the trace uses.');
  }
  return remarks;
}

function isNothingServed({ hits, lineHits, misses, merged, bypassed }: Result): boolean {
  return hits + lineHits + misses + merged + bypassed === 0;
}

function walksSection(result: Result): Section {
  const total = result.walkReads.reduce((sum, reads) => sum + reads, 0);
  const rows = result.walkReads
    .map((reads, level) => [
      level === 0 ? 'level 0 (leaf)' : `level ${level}`,
      formatCount(reads),
      formatCount(result.walkCacheHits[level] ?? 0),
    ])
    .filter((row, level) => level === 0 || row[1] !== '0' || row[2] !== '0');
  const perRequest = result.requests === 0 ? 0 : total / result.requests;
  const { cached, uncached } = result.memoryReads;
  return {
    title: 'Walks',
    tables: [{ head: ['table reads', 'reads', 'walk cache hits'], rows }],
    remarks: [
      `${perRequest.toFixed(3)} reads a request. Of all reads, RTEs included, ${formatCount(cached)} found their line in a cache of the host, ${formatCount(uncached)} went to memory.`,
    ],
  };
}

function parametersSection(result: Result): Section {
  const rows = (parameters: Result['assumed']) =>
    parameters.map(({ key, value, source }) => [key, String(value), source]);
  const tables: Table[] = [
    { head: ['assumed', 'value', 'because'], rows: rows(result.assumed), left: [2] },
    { head: ['inferred', 'value', 'from'], rows: rows(result.inferred), left: [2] },
    { head: ['set by you', 'value', 'instead of'], rows: rows(result.chosen), left: [2] },
  ].filter((table) => table.rows.length > 0);
  return {
    title: 'Parameters that nobody has published',
    tables,
    remarks: [
      'Change any with --set KEY=VALUE (pace with --pace). docs/parameters.md has the documented ones too.',
    ],
  };
}

function hostSection(result: Result): Section {
  const { host } = result;
  const rate = `${(host.requestsPerCpuSecond / 1e6).toFixed(2)} M translations a CPU second, start-up included`;
  return {
    title: 'This simulation',
    tables: [],
    remarks: [
      `${formatTime(result.simulatedNs)} simulated in ${host.wallSeconds.toFixed(2)} s with ${host.threads} replay ${host.threads === 1 ? 'thread' : 'threads'}: ${rate}; ${host.cpuSeconds.toFixed(2)} s of CPU, ${describeBytes(host.peakMemoryBytes)} at most, Node ${host.node}.`,
    ],
  };
}
