/** The report's section on requests: what became of them, what they moved, and what is odd about them. */
import type { UnitConfig } from '../../models/phb/unit-config.ts';
import { describeBytes } from '../../models/size.ts';
import type { Result } from '../results/result-schema.ts';
import type { Section } from './document.ts';
import { formatCount, formatCountOf, formatShare, formatTime } from './numbers.ts';

const FAULTS_IN_WORDS: Readonly<Record<string, string>> = {
  'page-fault': 'a TCE without permission bits: not mapped',
  'access-fault': 'a TCE that forbids the direction',
  'tve-invalid': 'no valid window for the PE',
  'tvt-address': 'outside the window',
  'unsupported-address': 'address bits 63:60',
  'bad-rte': 'a PE# that the PHB does not have',
};

/** Calls of software that make mappings. */
const MAPPING_CALLS = ['MAP', 'H_PUT_TCE', 'H_PUT_TCE_INDIRECT'];

/** Requests by outcome, faults by kind, and remarks. */
export function requestsSection(result: Result): Section {
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

/** What reached memory, as rates over the simulated time, and what that was on the wire. */
function throughput({ link, simulatedNs }: Result): string[] {
  const { upstream, downstream, gbps, links } = link;
  if (simulatedNs === 0) return [];
  const payload = (name: string, { payloadBytes }: Result['link']['upstream']) => {
    const rate = (payloadBytes * 8) / simulatedNs;
    return `${name} ${describeBytes(payloadBytes)}, ${rate.toFixed(1)} Gb/s`;
  };
  const moved = [
    ...(upstream.payloadBytes > 0 ? [payload('writes', upstream)] : []),
    ...(downstream.payloadBytes > 0 ? [payload('reads', downstream)] : []),
  ];
  const each = links > 1 ? 'each link' : 'link';
  const limit = gbps === 0 ? 'the link takes no time' : `${each} ${gbps.toFixed(1)}`;
  return [
    `Payload over ${formatTime(simulatedNs)}: ${moved.length > 0 ? moved.join('; ') : 'none reached memory'}.`,
    `On the wire, ${upstream.gbps.toFixed(1)} Gb/s upstream and ${downstream.gbps.toFixed(1)} downstream (${limit}).`,
  ];
}

function remarksOn(result: Result): string[] {
  const remarks = throughput(result);
  const { agreed, differed, notCompared } = result;
  if (agreed + differed + notCompared > 0) {
    const dropped = notCompared > 0 ? `, ${formatCount(notCompared)} dropped and not compared` : '';
    const recorded = agreed + differed + notCompared;
    remarks.push(
      `The trace recorded ${formatCount(recorded)} real ${recorded === 1 ? 'address' : 'addresses'}: ${formatCount(agreed)} agree, ${formatCount(differed)} differ${dropped}.`,
    );
  }
  if (result.replacedRows > 0) {
    const [make, were] = result.replacedRows === 1 ? ['makes', 'was'] : ['make', 'were'];
    remarks.push(
      `Your windows replace those of the trace: ${formatCountOf(result.replacedRows, 'row')} that ${make} windows and tables ${were} left out.`,
    );
  }
  remarks.push(...firstFaultsInWords(result));
  const invalid = result.windows.find(({ reason }) => reason !== '');
  if (invalid) {
    remarks.push(
      `TVE ${invalid.tve} is invalid on ${result.scenario.phb}: ${invalid.reason}. Another PHB's trace?`,
    );
  }
  for (const line of result.skipped.first) remarks.push(`Of the source, ${line}.`);
  if (result.requests === 0) remarks.push('The trace has no DMA.');
  remarks.push(...unservedInWords(result));
  return remarks;
}

/** Why no request reached memory, where that is so. */
export function unservedInWords(result: Result): string[] {
  if (result.requests > 0 && result.windows.length === 0) return [withoutWindow(result)];
  if (result.faultsByKind['page-fault'] === 0 || !isNothingServed(result)) return [];
  return [
    hasMapped(result)
      ? 'The trace maps pages, but no DMA met one of them: they are others, came later or were unmapped before.'
      : 'Nothing is mapped: --map touched maps the pages that the trace uses.',
  ];
}

/** Why there is no window, and what to do about it. */
function withoutWindow({ tables, faults, faultsByKind, scenario }: Result): string {
  if (tables.failedAllocationCount > 0) return 'No DMA window came into being: see Table memory.';
  if (faults > 0 && faultsByKind['bad-rte'] === faults) {
    const { count } = (scenario.set as UnitConfig).pe;
    return `No DMA window exists: the trace's PE#s are none of the ${count} (from 0) that ${scenario.phb} has.`;
  }
  return 'No DMA window exists: give one with --window 64K:1T:levels=2 --map touched.';
}

function isNothingServed({ hits, lineHits, misses, merged, bypassed }: Result): boolean {
  return hits + lineHits + misses + merged + bypassed === 0;
}

/** Whether anything put a TCE into a table. */
function hasMapped({ tables }: Result): boolean {
  return (
    tables.stores > 0 ||
    tables.calls.some(({ call, answer }) => MAPPING_CALLS.includes(call) && answer === 'ok')
  );
}

/** One fault of each kind, of the first PHB that had it. */
function firstFaultsInWords({ firstFaults }: Result): string[] {
  return Object.keys(FAULTS_IN_WORDS).flatMap((wanted) => {
    const first = firstFaults.find(({ kind }) => kind === wanted);
    if (!first) return [];
    return `First ${wanted} on PHB ${first.phb}: RID ${first.rid}, bus address ${first.address}.`;
  });
}
