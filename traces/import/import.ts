/**
 * What every importer shares: a parser takes one line (or one piece of a binary file) after the other and
 * adds rows; this file hands the rows on in batches and keeps the account of what gave none.
 */
import { InputError } from '../../models/input-error.ts';
import type { Compression } from '../compression/decompressor.ts';
import type {
  SkippedLine,
  SkippedReport,
  TraceBatch,
  TraceClock,
  TraceMetadata,
  TraceSource,
} from '../format.ts';
import type { InputFile } from '../input-file.ts';
import { RowBuffer } from '../row-buffer.ts';

/** The reason of lines that should have given a row, in the account of an import. */
export const MALFORMED = 'malformed line';

/** Bad lines that are kept in full. */
const KEPT_LINES = 5;

/** What a source does not tell and the user may: `--option name=value`. */
export interface ImportOption {
  readonly name: string;
  readonly description: string;
  /** The value where the user gives none. */
  readonly preset: string;
}

/** A parser with the state of one reading. */
export interface LineParser {
  /** Takes a line (numbered from 1); adds its rows or notes why there are none. */
  accept(line: string, number: number): void;
  /** After the last line: rows that were still waiting. */
  finish(): void;
}

/** A parser that reads lines as the bytes of the file, which spares the strings. */
export interface ByteLineParser {
  /**
   * Takes the line that begins at `from` and answers where the next one begins. Every line in `bytes`
   * ends with a line feed; the array is overwritten once the call returns.
   */
  acceptBytes(bytes: Uint8Array, from: number, number: number): number;
  finish(): void;
}

/** A parser of a binary file with the state of one reading. */
export interface BinaryParser {
  /** Takes the next bytes, cut anywhere; the array is overwritten once the call returns. */
  accept(chunk: Uint8Array): void;
  /** After the last byte: notes a record that was cut off. */
  finish(): void;
}

/** What all formats have; `Parser` reads one, `Head` is the beginning of a file, to know it by. */
interface Format<Parser, Head> {
  /** As it stands in `source` of the metadata and in messages: `qemu-log`. */
  readonly name: string;
  readonly description: string;
  readonly options?: readonly ImportOption[];
  /** Choices of the importer that a reader of the trace must know. */
  readonly parameters: Readonly<Record<string, string>>;
  /** How a file that begins like this keeps time. */
  clock(head: Head): TraceClock;
  /** Whether a file that begins like this is of the format. */
  matches(head: Head): boolean;
  /** `place` is the file's name; `options` holds a value for each of the format's options. */
  parser(
    rows: RowBuffer,
    log: ImportLog,
    place: string,
    options: Readonly<Record<string, string>>,
  ): Parser;
}

/** A text format, a line at a time; it is known by the first lines, blank ones left out. */
export type LineFormat = Format<LineParser, readonly string[]>;

/** A text format whose lines are read as bytes. */
export type ByteLineFormat = Format<ByteLineParser, readonly string[]>;

export type TextFormat = LineFormat | ByteLineFormat;

/** A binary format, in pieces as they come; it is known by the first bytes, 64 KiB at most. */
export type BinaryFormat = Format<BinaryParser, Uint8Array>;

/** How to import: a value for each of the format's options, and whether a bad line is an error. */
export interface ImportChoices {
  readonly options: Readonly<Record<string, string>>;
  readonly strict: boolean;
}

/** The account of an import: lines without a row by reason, bad ones in full, and what was guessed. */
export class ImportLog implements SkippedReport {
  readonly first: SkippedLine[] = [];
  private readonly withoutRow = new Tally();
  private readonly guessed = new Tally();

  /** `strictPlace`: the file's name, where its first malformed line is an error. */
  constructor(private readonly strictPlace?: string) {}

  /** Lines without a row by reason. */
  get counts(): Map<string, number> {
    return this.withoutRow.counts();
  }

  /** Facts that the source does not tell and the importer assumed: what, and for how many rows. */
  get assumed(): Map<string, number> {
    return this.guessed.counts();
  }

  /** Lines that rightly give no row: another event, a failed call. */
  expected(reason: string, lines = 1): void {
    this.withoutRow.add(reason, lines);
  }

  /** Rows of which something was assumed. */
  assume(what: string, rows = 1): void {
    this.guessed.add(what, rows);
  }

  /** Empties the account for another reading. */
  clear(): void {
    this.withoutRow.clear();
    this.guessed.clear();
    this.first.length = 0;
  }

  /**
   * A line, or a record of a binary file (numbered from 1), that should have given a row. Throws
   * InputError where the import is strict.
   */
  malformed(line: number, reason: string): void {
    if (this.strictPlace !== undefined) {
      throw new InputError(`${this.strictPlace}:${line}: ${reason}`);
    }
    this.expected(MALFORMED);
    if (this.first.length < KEPT_LINES) this.first.push({ line, reason });
  }
}

/** A file on its way into rows. */
export interface Reading {
  /** Lines read so far; 0 in a binary file. */
  readonly lines: number;
  /** Reads on until rows may have filled a batch; answers false once the file was read to its end. */
  proceed(): boolean;
}

/** A file of a foreign format as a trace. */
export class ImportedTrace implements TraceSource {
  readonly metadata: TraceMetadata;
  readonly skipped: ImportLog;
  private reading: Reading | undefined;

  constructor(
    source: { readonly metadata: TraceMetadata; readonly strict: boolean },
    /** Begins to read a file into rows. */
    private readonly begin: (input: InputFile, rows: RowBuffer, log: ImportLog) => Reading,
    /** Opens the file again, for another reading. */
    private readonly open: () => InputFile,
    private input: InputFile | undefined,
  ) {
    this.metadata = source.metadata;
    this.compression = input?.compression;
    this.skipped = new ImportLog(source.strict ? input?.name : undefined);
  }

  /** How the file is compressed, if it is. */
  readonly compression: Compression | undefined;

  /** Lines read so far; 0 in a binary file. */
  get lines(): number {
    return this.reading?.lines ?? 0;
  }

  /** The rows, from the beginning each time; standard input has them once. */
  async *batches(): AsyncGenerator<TraceBatch, void, void> {
    const input = this.input ?? this.open();
    this.input = undefined;
    this.skipped.clear();
    const rows = new RowBuffer();
    try {
      this.reading = this.begin(input, rows, this.skipped);
      while (this.reading.proceed()) {
        for (let full = rows.take(); full; full = rows.take()) yield full;
      }
      for (let rest = rows.takeRest(); rest; rest = rows.takeRest()) yield rest;
    } finally {
      input.close();
    }
  }
}

/** Counts by name; a name that comes again and again costs no look-up. */
class Tally {
  private readonly entries = new Map<string, { count: number }>();
  private lastName = '';
  private last = { count: 0 };

  add(name: string, count: number): void {
    if (name !== this.lastName) this.last = this.entry(name);
    this.lastName = name;
    this.last.count += count;
  }

  private entry(name: string) {
    const known = this.entries.get(name);
    if (known) return known;
    const fresh = { count: 0 };
    this.entries.set(name, fresh);
    return fresh;
  }

  counts(): Map<string, number> {
    return new Map([...this.entries].map(([name, { count }]) => [name, count]));
  }

  clear(): void {
    this.entries.clear();
    this.lastName = '';
  }
}
