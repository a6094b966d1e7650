/**
 * What every importer shares: a parser takes one line after the other and adds rows; this file feeds it,
 * hands the rows on in batches and keeps the account of lines that gave none.
 */
import type {
  SkippedLine,
  SkippedReport,
  TraceClock,
  TraceMetadata,
  TraceSource,
} from '../format.ts';
import type { InputFile } from '../input-file.ts';
import { readLines } from '../lines.ts';
import { RowBuffer } from '../row-buffer.ts';

/** Bad lines that are kept in full. */
const KEPT_LINES = 5;

/** The account of an import: lines without a row by reason, bad ones in full, and what was guessed. */
export class ImportLog implements SkippedReport {
  readonly counts = new Map<string, number>();
  readonly first: SkippedLine[] = [];
  /** Facts that the source does not tell and the importer assumed: what, and for how many rows. */
  readonly assumed = new Map<string, number>();

  /** A line that rightly gives no row: another event, a failed call. */
  expected(reason: string): void {
    increase(this.counts, reason);
  }

  /** A row of which something was assumed. */
  assume(what: string): void {
    increase(this.assumed, what);
  }

  /** Empties the account for another reading. */
  clear(): void {
    this.counts.clear();
    this.assumed.clear();
    this.first.length = 0;
  }

  /** A line that should have given one. */
  malformed(line: number, reason: string): void {
    this.expected('malformed line');
    if (this.first.length < KEPT_LINES) this.first.push({ line, reason });
  }
}

/** A parser with the state of one reading. */
export interface LineParser {
  /** Takes a line (numbered from 1); adds its rows or notes why there are none. */
  accept(line: string, number: number): void;
  /** After the last line: rows that were still waiting. */
  finish(): void;
}

/** A text format: how to know it and how to read it. */
export interface LineFormat {
  /** As it stands in `source` of the metadata and in messages: `qemu-log`. */
  readonly name: string;
  readonly description: string;
  /** How a file that begins with these lines keeps time. */
  clock(lines: readonly string[]): TraceClock;
  /** Choices of the importer that a reader of the trace must know. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Whether the first lines of a file (blank ones left out) are of this format. */
  matches(lines: readonly string[]): boolean;
  parser(rows: RowBuffer, log: ImportLog, place: string): LineParser;
}

/** A text file on its way into rows. */
export class ImportedTrace implements TraceSource {
  readonly metadata: TraceMetadata;
  readonly skipped = new ImportLog();
  /** Lines read so far. */
  lines = 0;
  private input: InputFile | undefined;

  constructor(
    private readonly format: LineFormat,
    /** Opens the text again, for another reading. */
    private readonly open: () => InputFile,
    input: InputFile,
    head: readonly string[],
  ) {
    this.input = input;
    const { name, parameters } = format;
    this.metadata = { clock: format.clock(head), source: `import:${name}`, parameters };
  }

  /** The rows, from the beginning each time; standard input has them once. */
  async *batches() {
    const input = this.input ?? this.open();
    this.input = undefined;
    this.lines = 0;
    this.skipped.clear();
    const rows = new RowBuffer();
    const parser = this.format.parser(rows, this.skipped, input.name);
    try {
      for (const line of readLines(input)) {
        this.lines += 1;
        parser.accept(line, this.lines);
        for (let full = rows.take(); full; full = rows.take()) yield full;
      }
      parser.finish();
      for (let rest = rows.takeRest(); rest; rest = rows.takeRest()) yield rest;
    } finally {
      input.close();
    }
  }
}

function increase(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
