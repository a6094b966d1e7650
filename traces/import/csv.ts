/**
 * Tables of comma-separated values: the format for everybody's own tools. Columns as in the trace schema,
 * in any order; options say which columns of a foreign table they are, and in which unit it counts time. A
 * bad row is counted as in a log, except in the rows of a scenario, which were written for it.
 */
import { InputError } from '../../models/input-error.ts';
import type { RowBuffer } from '../row-buffer.ts';
import { type Column, REQUIRED_COLUMNS, RowWords, TRACE_COLUMNS } from '../row-words.ts';
import { ColumnMap, type Places } from './csv-columns.ts';
import type { ImportLog, LineFormat, LineParser } from './import.ts';
import { readTimeUnit } from './time-unit.ts';

const KNOWN = { names: TRACE_COLUMNS, required: REQUIRED_COLUMNS };

/** What else a PCIe analyser lists (PCI Express Base Specification, table 2-3): no access to memory. */
const OTHER_TLP = /^(?:cpl(?:d|lk|dlk)?|cfg(?:rd|wr)[01]|io(?:rd|wr)|msgd?)$/;

/** Separators by which a header is known. */
const SEPARATORS = /[,;|\t]/;

/** A line in front of the header for a trace whose times do not count. */
export const CSV_CLOCK_ORDER = '# clock: order';

export const csvFormat: LineFormat = {
  name: 'csv',
  description: `table with a header that names ${REQUIRED_COLUMNS.join(', ')}, or with a map of its columns`,
  options: [
    {
      name: 'columns',
      description:
        'their:ours,.. such as ts:time_ns,bdf:rid; without a header number:ours,.. from 1',
      preset: '',
    },
    {
      name: 'time-unit',
      description: 'of time_ns, fractions allowed: s, ms, us or ns',
      preset: 'ns',
    },
    { name: 'separator', description: 'of the cells: one character, or tab', preset: ',' },
  ],
  clock: (lines) => (lines.some((line) => line.trim() === CSV_CLOCK_ORDER) ? 'order' : 'time'),
  parameters: {},
  matches: (lines) => {
    const header = lines.find((line) => !isComment(line)) ?? '';
    const names = header.split(SEPARATORS).map((name) => bare(name).toLowerCase());
    return (
      names.filter((name) => (REQUIRED_COLUMNS as readonly string[]).includes(name)).length >= 2
    );
  },
  parser: (rows, log, place, options) => new CsvParser(rows, log, place, options),
};

/** The line (from 1) on which row `row` (from 0) of a table stands. */
export function csvLineOf(text: string, row: number): number {
  const lines = text.split('\n').map((line, index) => ({ line, number: index + 1 }));
  // The first line of content is the header.
  return lines.filter(({ line }) => hasContent(line))[row + 1]?.number ?? lines.length;
}

class CsvParser implements LineParser {
  private readonly map: ColumnMap<Column>;
  private readonly separator: string;
  private readonly words: RowWords;
  /** The rows of a scenario come without options. */
  private readonly isScenario: boolean;
  private places: Places<Column> | undefined;
  /** Cells of a row; 0 where no header says it. */
  private width = 0;

  constructor(
    private readonly rows: RowBuffer,
    private readonly log: ImportLog,
    private readonly place: string,
    options: Readonly<Record<string, string>>,
  ) {
    this.isScenario = options.columns === undefined;
    this.map = new ColumnMap(options.columns ?? '', KNOWN);
    this.separator = readSeparator(options.separator ?? ',');
    this.words = new RowWords(this.isScenario ? 1n : readTimeUnit(options));
    if (this.map.isByNumber) this.places = this.map.numbered();
  }

  accept(line: string, number: number): void {
    if (!hasContent(line)) {
      if (!isComment(line) && !this.isScenario) this.log.expected('blank line');
      return;
    }
    const cells = line.split(this.separator).map(bare);
    try {
      if (this.places) this.row(cells, this.places);
      else this.header(cells);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      if (this.places && !this.isScenario) this.log.malformed(number, error.message);
      else throw new InputError(`${this.place}:${number}: ${error.message}`);
    }
  }

  finish(): void {
    if (!this.places) {
      throw new InputError(
        `${this.place}: expected a header that names ${REQUIRED_COLUMNS.join(', ')}`,
      );
    }
  }

  private header(cells: readonly string[]): void {
    this.places = this.map.placesIn(cells);
    this.width = cells.length;
  }

  private row(cells: readonly string[], places: Places<Column>): void {
    this.checkWidth(cells, places);
    const text = (column: Column) => cells[places.get(column) ?? cells.length];
    const name = (text('op') as string).toLowerCase();
    if (!this.isScenario && OTHER_TLP.test(name)) this.log.expected(`${name}: no memory request`);
    else this.rows.add(this.words.read(text));
  }

  private checkWidth({ length }: readonly string[], places: Places<Column>): void {
    if (this.width > 0 ? length === this.width : length > Math.max(...places.values())) return;
    const wanted =
      this.width > 0 ? `${this.width}` : `at least ${Math.max(...places.values()) + 1}`;
    throw new InputError(`expected ${wanted} columns, got ${length}`);
  }
}

function hasContent(line: string): boolean {
  return line.trim() !== '' && !isComment(line);
}

function isComment(line: string): boolean {
  return line.startsWith('#');
}

/** A cell without blanks and quotes around it. */
function bare(cell: string): string {
  const text = cell.trim();
  return text.length >= 2 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text;
}

function readSeparator(text: string): string {
  if (text === 'tab') return '\t';
  if (text.length === 1 && !/[\w."#]/.test(text)) return text;
  throw new InputError(`separator: expected a character such as ; or the word tab, got '${text}'`);
}
