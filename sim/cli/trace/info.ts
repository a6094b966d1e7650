/** `tcesim trace info`: what is in a trace. */
import { describeBytes, formatSize } from '../../../models/size.ts';
import type { PageCount } from '../../../traces/distinct-pages.ts';
import { openTrace } from '../../../traces/open.ts';
import type { ReuseDistances } from '../../../traces/reuse-distance.ts';
import {
  type DmaRates,
  type OwnerSummary,
  summarize,
  type TraceInfo,
} from '../../../traces/summary.ts';
import { wrap } from '../../report/render-text.ts';
import { type Command, Option } from '../program.ts';
import { paperOf } from '../terminal.ts';
import { countsOf, warnOfChangedRows } from './shared.ts';

/** Devices and PEs that the text lists; JSON has all. */
const LISTED_MAX = 16;
/** Cache sizes at which the text tells the share of accesses with a smaller reuse distance. */
const REUSE_SHOWN = [1, 16, 256, 4096, 65_536] as const;

/** Adds the verb. */
export function addInfo(trace: Command): void {
  trace
    .command('info')
    .description('what is in a trace: rows, rates, pages, reuse distances, devices, digest')
    .argument('<file>', 'trace or log, - for standard input')
    .addOption(
      new Option('--format <format>', 'form of the output')
        .choices(['table', 'json'])
        .default('table'),
    )
    .action(async (file: string, options: { format: string }) => {
      const info = await summarize(await openTrace(file));
      const text =
        options.format === 'json'
          ? JSON.stringify(info, exactNumbers, 2)
          : describeInfo(info, paperOf(process.stdout, process.env).columns).join('\n');
      process.stdout.write(`${text}\n`);
      warnOfChangedRows(file, info.digestWritten, info.digest);
    });
}

function digestText({ digest, digestWritten }: TraceInfo): string {
  if (digestWritten === undefined) return digest;
  return `${digest}, ${digestWritten === digest ? 'same as written' : 'not as written'}`;
}

/** JSON has no 64-bit numbers: they go as text. */
function exactNumbers(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}

function describeInfo(info: TraceInfo, columns: number): string[] {
  const { metadata } = info;
  const span = metadata.clock === 'time' ? `${info.lastNs - info.firstNs} ns` : 'order only';
  const lines = [
    ['source', metadata.source],
    ...Object.entries(metadata.parameters).map(([key, value]) => [`  ${key}`, value]),
    ['rows', `${info.rows} (${countsOf(info.operations)})`],
    ['digest', digestText(info)],
    ['time', span],
    ...ratesText(info.rates),
    ['PHBs', info.phbs.join(' ')],
    ['read', describeBytes(info.readBytes)],
    ['written', describeBytes(info.writtenBytes)],
    ['lengths', `${info.lengthMin}..${info.lengthMax} bytes`],
    ['refused', `${info.refused}`],
    ...info.pages.map((count) => [`${formatSize(count.pageBytes)} pages`, pagesText(count)]),
    ...info.reuse.map((each) => [`${formatSize(each.pageBytes)} reuse`, reuseText(each)]),
    ...ownersText('RID', info.devices),
    ...ownersText('PE#', info.byPe),
  ];
  return aligned(lines, columns);
}

function aligned(lines: readonly (readonly string[])[], columns: number): string[] {
  const width = Math.max(...lines.map(([name]) => name.length)) + 2;
  return lines.map(([name, value]) => {
    const pieces = wrap(value, columns - width).map((piece) => piece.trimStart());
    return `${name.padEnd(width)}${pieces.join(`\n${' '.repeat(width)}`)}`;
  });
}

function ratesText(rates: DmaRates | undefined): string[][] {
  if (!rates) return [];
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB/s`;
  return [
    [
      'rates',
      `${(rates.requestsPerSecond / 1e6).toFixed(3)} M DMA/s, ` +
        `${megabytes(rates.readBytesPerSecond)} read, ` +
        `${megabytes(rates.writtenBytesPerSecond)} written`,
    ],
  ];
}

function pagesText({ pages, isEstimate, isLowerBound }: PageCount): string {
  return `${isLowerBound ? 'at least ' : ''}${isEstimate ? 'about ' : ''}${pages}`;
}

/** Shares of the accesses: the first ones, and those that an LRU cache of some sizes would hit. */
function reuseText({ accesses, first, distances, isEstimate }: ReuseDistances): string {
  if (accesses === 0) return 'no accesses';
  const share = (part: number) => `${((100 * part) / accesses).toFixed(1)} %`;
  const below = REUSE_SHOWN.map((size) => {
    const bin = distances.findLast(({ below }) => below <= size);
    return `${share(bin?.accesses ?? 0)} below ${size}`;
  });
  return `${isEstimate ? 'about ' : ''}${share(first)} first, ${below.join(', ')}`;
}

function ownersText(title: string, owners: readonly OwnerSummary[]): string[][] {
  const lines = owners
    .slice(0, LISTED_MAX)
    .map((owner) => [
      `PHB ${owner.phb} ${title} ${nameOf(owner)}`,
      `${owner.reads} reads of ${describeBytes(owner.readBytes)}, ` +
        `${owner.writes} writes of ${describeBytes(owner.writtenBytes)}; pages: ` +
        owner.pages.map((each) => `${pagesText(each)} x ${formatSize(each.pageBytes)}`).join(', '),
    ]);
  const more = owners.length - lines.length;
  return more > 0 ? [...lines, ['', `and ${more} more by ${title}`]] : lines;
}

function nameOf({ rid, pe }: OwnerSummary): string {
  return rid === undefined ? `${pe}` : `0x${rid.toString(16).padStart(4, '0')}`;
}
