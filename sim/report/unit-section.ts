/** What was simulated, in the report's first section. */
import type { UnitConfig } from '../../models/phb/unit-config.ts';
import type { Result } from '../results/result-schema.ts';
import type { Section } from './document.ts';

/** PHB, cache, pacing, host and windows of a run. */
export function unitSection(result: Result): Section {
  const { scenario } = result;
  const config = scenario.set as UnitConfig;
  const { entries, ways, hash, replacement } = config.tceCache;
  const host = scenario.host as { pages: string; ram?: string; freeBlocks?: number[] };
  const trace = scenario.trace as { file: string; source: string; clock: string };
  const windows = scenario.windows as string[];
  const levels = config.walkCache.entries;
  const rows = [
    ['trace', `${trace.file}, ${trace.source}, ${clockInWords(trace.clock)}`],
    ['pacing', pacingInWords(String(scenario.pace))],
    ['unit', `${config.unit.clockMHz} MHz, ${config.pe.count} PEs, ${config.tags.count} tags`],
    ['TCE cache', `${entries} TCEs, ${ways} ways, hash ${hash}, replacement ${replacement}`],
    ['walk cache', levels === 0 ? 'off' : `${levels} entries for each upper level`],
    ['windows', windows.length > 0 ? windows.join(', ') : 'those of the trace'],
    ['mapped', mappedInWords(String(scenario.map))],
    ['host', `Linux 5.x, ${host.pages} pages, ${memoryInWords(host)}`],
  ];
  return { title: 'Simulated', tables: [{ head: [], rows, left: [1] }], remarks: [] };
}

function clockInWords(clock: string): string {
  return clock === 'order' ? 'order is its only clock' : 'with times';
}

function pacingInWords(pace: string): string {
  const [kind, number] = pace.split(':');
  if (kind === 'closed') return `closed loop, ${number} requests outstanding on each PHB`;
  if (kind === 'interval') return `a request every ${number} ns on each PHB`;
  return "the trace's own times";
}

function mappedInWords(map: string): string {
  if (map === 'all') return 'every page of the windows, before the trace begins';
  if (map === 'touched') return 'the pages that the trace uses, before it begins';
  return 'what the trace maps by itself';
}

function memoryInWords(host: { ram?: string; freeBlocks?: number[] }): string {
  if (host.freeBlocks) return `free blocks by order ${host.freeBlocks.join(' ')}`;
  return `${host.ram} of free memory for each PHB`;
}
