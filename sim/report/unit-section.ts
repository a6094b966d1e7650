/** What was simulated, in the report's first section. */
import { FIRMWARE_LEVELS } from '../../models/phb/firmware.ts';
import { presetOf } from '../../models/phb/presets.ts';
import type { UnitConfig } from '../../models/phb/unit-config.ts';
import { linkGbps } from '../results/link.ts';
import type { Result } from '../results/result-schema.ts';
import { parsePacing } from '../scenario/pacing.ts';
import type { Pacing } from '../unit/port/arrivals.ts';
import type { Section } from './document.ts';
import { formatCountOf } from './numbers.ts';

const PS_PER_NS = 1000;

/** PHB, cache, pacing, host and windows of a run. */
export function unitSection(result: Result): Section {
  const { scenario } = result;
  const config = scenario.set as UnitConfig;
  const host = scenario.host as {
    kernel: string;
    pages: string;
    ram?: string;
    freeBlocks?: number[];
  };
  const trace = scenario.trace as { file: string; source: string; clock: string };
  const windows = scenario.windows as string[];
  const tables = scenario.tables as { file: string; dump: number; at: string } | undefined;
  const rows = [
    ['trace', `${trace.file}, ${trace.source}, ${clockInWords(trace.clock)}`],
    ['pacing', pacingInWords(parsePacing(String(scenario.pace)))],
    // The fixes that the levels differ by are not for PHB3.
    ...(presetOf(String(scenario.phb))?.ioda === 'ioda2'
      ? []
      : [['firmware', firmwareInWords(String(scenario.firmware))]]),
    ['unit', unitInWords(config)],
    ['link', linkInWords(config)],
    ['TCE cache', cacheInWords(config)],
    ...(config.lineBuffer.entries > 0
      ? [['line buffer', formatCountOf(config.lineBuffer.entries, 'line')]]
      : []),
    ['walk cache', walkCacheInWords(config.walkCache)],
    ...(tables ? [['tables', `${tables.file}, DUMP ${tables.dump}: ${tables.at}`]] : []),
    ['windows', windows.length > 0 ? windows.join(', ') : windowsInWords(tables !== undefined)],
    ['mapped', mappedInWords(String(scenario.map))],
    ['host', `Linux ${host.kernel}, ${host.pages} pages, ${memoryInWords(host)}`],
  ];
  return { title: 'Simulated', tables: [{ head: [], rows, left: [1] }], remarks: [] };
}

function windowsInWords(hasTables: boolean): string {
  return hasTables ? 'those of the tables, and of the trace' : 'those of the trace';
}

function clockInWords(clock: string): string {
  return clock === 'order' ? 'order is its only clock' : 'with times';
}

function firmwareInWords(name: string): string {
  return `${name}, ${FIRMWARE_LEVELS.find((level) => level.name === name)?.title}`;
}

function unitInWords({ unit, pe, tags, walkers, dma }: UnitConfig): string {
  return [
    `${unit.clockMHz} MHz`,
    formatCountOf(pe.count, 'PE'),
    formatCountOf(tags.count, 'tag'),
    ...(walkers.count > 0 ? [formatCountOf(walkers.count, 'walker')] : []),
    ...(dma.readEngines > 0 ? [formatCountOf(dma.readEngines, 'read engine')] : []),
  ].join(', ');
}

function linkInWords({ link, unit }: UnitConfig): string {
  const gbps = linkGbps({ link, unit });
  const lanes =
    link.gbps === 0 && link.generation > 0 ? `Gen${link.generation} x${link.width}, ` : '';
  const rate = gbps === 0 ? 'takes no time' : `${lanes}${Number(gbps.toFixed(1))} Gb/s`;
  return `${rate}, payload ${link.payloadBytes} bytes, read requests ${link.readRequestBytes} bytes`;
}

function cacheInWords({ tceCache }: UnitConfig): string {
  const { entries, ways, hash, replacement, granule } = tceCache;
  const held =
    granule === 'line'
      ? `${formatCountOf(entries, 'line')} of 16 TCEs`
      : formatCountOf(entries, 'TCE');
  return `${held}, ${formatCountOf(ways, 'way')}, hash ${hash}, replacement ${replacement}`;
}

function walkCacheInWords(walkCache: UnitConfig['walkCache']): string {
  const { level1, level2, level3, level4 } = walkCache;
  const used = [level1, level2, level3, level4]
    .map((entries, index) => ({ entries, level: index + 1 }))
    .filter(({ entries }) => entries > 0);
  if (used.length === 0) return 'off';
  return used
    .map(({ entries, level }) => `level ${level}: ${formatCountOf(entries, 'TCE')}`)
    .join(', ');
}

function pacingInWords(pacing: Pacing): string {
  switch (pacing.kind) {
    case 'trace':
      return "the trace's own times";
    case 'interval':
      return `a request every ${pacing.ps / PS_PER_NS} ns on each PHB`;
    case 'closed': {
      const { outstanding, everyPs, each } = pacing;
      const requests = `closed loop, ${formatCountOf(outstanding, 'request')} outstanding`;
      const apart = everyPs > 0 ? `, at least ${everyPs / PS_PER_NS} ns apart,` : '';
      return `${requests}${apart} on each ${each === 'device' ? 'device' : 'PHB'}`;
    }
  }
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
