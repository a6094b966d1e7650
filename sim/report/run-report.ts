/** The report of one run: what was simulated, what became of the requests, and what is assumed. */
import { describeBytes } from '../../models/size.ts';
import type { Result } from '../results/result-schema.ts';
import type { Report, Section } from './document.ts';
import { freezesSection, hasFreezes } from './freezes-section.ts';
import { hasKills, killsSection } from './kills-section.ts';
import { latencySection } from './latency-section.ts';
import { formatCount, formatTime } from './numbers.ts';
import { parametersSection } from './parameters-section.ts';
import { requestsSection } from './requests-section.ts';
import { tablesSection } from './tables-section.ts';
import { unitSection } from './unit-section.ts';
import { hasSharedPe, pesSection, windowsSection } from './windows-section.ts';

/** The report of a result; `spec` names the PHB in words. */
export function runReport(result: Result, title: string): Report {
  const stopped = result.isComplete ? '' : ' (stopped early)';
  return {
    title: `tcesim ${result.version}: ${title}${stopped}`,
    sections: [
      unitSection(result),
      requestsSection(result),
      walksSection(result),
      ...(result.requests > 0 ? [latencySection(result)] : []),
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

/** The reads of tables, by level. */
export function walksSection(result: Result): Section {
  if (result.requests === 0)
    return { title: 'Walks', tables: [], remarks: ['Nothing was walked.'] };
  const total = result.walkReads.reduce((sum, reads) => sum + reads, 0);
  const rows = result.walkReads
    .map((reads, level) => [
      level === 0 ? 'level 0 (leaf)' : `level ${level}`,
      formatCount(reads),
      formatCount(result.walkCacheHits[level] ?? 0),
    ])
    .filter((row, level) => level === 0 || row[1] !== '0' || row[2] !== '0');
  const perRequest = total / result.requests;
  const { cached, uncached } = result.memoryReads;
  return {
    title: 'Walks',
    tables: [{ head: ['table reads', 'reads', 'walk cache hits'], rows }],
    remarks: [
      `${perRequest.toFixed(3)} reads a request. Of all reads, RTEs included, ${formatCount(cached)} found their line in a cache of the host, ${formatCount(uncached)} went to memory.`,
    ],
  };
}

/** How one trace came to be replayed on several threads. */
function slicesInWords({ slices, rerun }: Result['host']): string {
  if (slices === 1) return '';
  const again = rerun === 0 ? 'none' : `${rerun}`;
  return `, in ${slices} slices at the same time, ${again} of them replayed again after a wrong guess`;
}

/** What it took of the machine, as far as that is known. */
function costInWords(host: Result['host']): string {
  const { requestsPerCpuSecond, cpuSeconds, peakMemoryBytes, node } = host;
  if (requestsPerCpuSecond === null || cpuSeconds === null || peakMemoryBytes === null) return '';
  const rate = `${(requestsPerCpuSecond / 1e6).toFixed(2)} M translations a CPU second, start-up included`;
  return `: ${rate}; ${cpuSeconds.toFixed(2)} s of CPU, ${describeBytes(peakMemoryBytes)} at most, Node ${node}`;
}

/** What the simulation itself took. */
export function hostSection(result: Result): Section {
  const { host } = result;
  return {
    title: 'This simulation',
    tables: [],
    remarks: [
      `${formatTime(result.simulatedNs)} simulated in ${host.wallSeconds.toFixed(2)} s with ${host.threads} replay ${host.threads === 1 ? 'thread' : 'threads'}${slicesInWords(host)}${costInWords(host)}.`,
    ],
  };
}
