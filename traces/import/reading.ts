/** The three ways in which a file is read into rows: lines as bytes, lines as text, and binary pieces. */
import { BATCH_ROWS, type TraceMetadata } from '../format.ts';
import type { InputFile, InputSource } from '../input-file.ts';
import { readLines, WholeLines } from '../lines.ts';
import type { RowBuffer } from '../row-buffer.ts';
import {
  type BinaryFormat,
  type BinaryParser,
  type ByteLineParser,
  type ImportChoices,
  ImportedTrace,
  type LineParser,
  type Reading,
  type TextFormat,
} from './import.ts';

/** Bytes of a binary file that a parser gets at a time. */
const PIECE_BYTES = 2 ** 16;

/** A text file as a trace; `head` are its first lines. */
export function importText(
  format: TextFormat,
  head: readonly string[],
  { input, open }: InputSource,
  choices: ImportChoices,
): ImportedTrace {
  return new ImportedTrace(
    { metadata: metadataOf(format, format.clock(head), choices), strict: choices.strict },
    (file, rows, log) => {
      const parser = format.parser(rows, log, file.name, choices.options);
      return 'acceptBytes' in parser
        ? new ByteLineReading(file, rows, parser)
        : new LineReading(file, rows, parser);
    },
    open,
    input,
  );
}

/** A binary file as a trace; `head` are its first bytes. */
export function importBinary(
  format: BinaryFormat,
  head: Uint8Array,
  { input, open }: InputSource,
  choices: ImportChoices,
): ImportedTrace {
  return new ImportedTrace(
    { metadata: metadataOf(format, format.clock(head), choices), strict: choices.strict },
    (file, rows, log) =>
      new BinaryReading(file, format.parser(rows, log, file.name, choices.options)),
    open,
    input,
  );
}

function metadataOf(
  { name, parameters }: TextFormat | BinaryFormat,
  clock: TraceMetadata['clock'],
  { options }: ImportChoices,
): TraceMetadata {
  return { clock, source: `import:${name}`, parameters: { ...parameters, ...options } };
}

class ByteLineReading implements Reading {
  lines = 0;
  private readonly whole: WholeLines;
  private at = 0;

  constructor(
    input: InputFile,
    private readonly rows: RowBuffer,
    private readonly parser: ByteLineParser,
  ) {
    this.whole = new WholeLines(input);
  }

  proceed(): boolean {
    const enough = this.rows.total + BATCH_ROWS;
    while (this.at < this.whole.end || this.refill()) {
      this.acceptUntil(enough);
      if (this.rows.total >= enough) return true;
    }
    this.parser.finish();
    return false;
  }

  /** Takes the lines that are there, until the buffer has so many rows. */
  private acceptUntil(enough: number): void {
    const { bytes, end } = this.whole;
    while (this.at < end && this.rows.total < enough) {
      this.lines += 1;
      this.at = this.parser.acceptBytes(bytes, this.at, this.lines);
    }
  }

  private refill(): boolean {
    this.at = 0;
    return this.whole.next(this.lines + 1);
  }
}

class LineReading implements Reading {
  lines = 0;
  private readonly source: Iterator<string, void, void>;

  constructor(
    input: InputFile,
    private readonly rows: RowBuffer,
    private readonly parser: LineParser,
  ) {
    this.source = readLines(input);
  }

  proceed(): boolean {
    const enough = this.rows.total + BATCH_ROWS;
    while (this.rows.total < enough) {
      const next = this.source.next();
      if (next.done) {
        this.parser.finish();
        return false;
      }
      this.lines += 1;
      this.parser.accept(next.value, this.lines);
    }
    return true;
  }
}

class BinaryReading implements Reading {
  readonly lines = 0;
  private readonly piece = new Uint8Array(PIECE_BYTES);

  constructor(
    private readonly input: InputFile,
    private readonly parser: BinaryParser,
  ) {}

  proceed(): boolean {
    const got = this.input.read(this.piece);
    if (got > 0) this.parser.accept(this.piece.subarray(0, got));
    else this.parser.finish();
    return got > 0;
  }
}
