/** Block traces in text whose lines are the columns of a table, without quotes; the first line may name them. */
import { BlockHost, type BlockIo } from '../device/block-host.ts';
import { readBlockOptions } from '../device/device-options.ts';
import { SourceTime } from '../device/source-time.ts';
import type { RowBuffer } from '../row-buffer.ts';
import { type Column, misfit, readOrNote } from './block-line.ts';
import type { ImportLog, LineParser } from './import.ts';

/** An I/O, and the ns after which it is complete. */
export interface TimedIo extends BlockIo {
  readonly latencyNs: number;
}

/** A format's lines: as one expression with a group for each column, and column by column. */
export class BlockTable {
  readonly header: string;

  constructor(
    private readonly line: RegExp,
    private readonly columns: readonly Column[],
  ) {
    this.header = columns.map(({ name }) => name).join(',');
  }

  matches(line: string): boolean {
    return this.line.test(line) || line === this.header;
  }

  /** The cells of a line. Throws InputError that says which one is wrong. */
  cellsOf(line: string): readonly string[] {
    const found = this.line.exec(line);
    if (!found) throw misfit(line, this.columns);
    return found.slice(1);
  }
}

export class BlockTableParser implements LineParser {
  private readonly host: BlockHost;
  private readonly time = new SourceTime();

  constructor(
    private readonly table: BlockTable,
    rows: RowBuffer,
    private readonly log: ImportLog,
    options: Readonly<Record<string, string>>,
    /** The I/O that a line's cells describe; throws InputError where they cannot. */
    private readonly ioOf: (cells: readonly string[], time: SourceTime) => TimedIo,
  ) {
    this.host = new BlockHost(rows, log, readBlockOptions(options), 'time');
  }

  accept(line: string, number: number): void {
    const text = line.trim();
    if (text === '' || text === this.table.header) {
      this.log.expected(text === '' ? 'blank line' : 'header');
      return;
    }
    const read = () => this.ioOf(this.table.cellsOf(text), this.time);
    const io = readOrNote(this.log, number, read);
    if (io) this.host.run(io, io.latencyNs);
  }

  finish(): void {
    this.host.finish();
  }
}
