/**
 * A table dump of a real machine, beside which a script is checked: of all its TVEs those that belong to
 * the script's group. The file does not say which PE that is; the pages that the script maps do.
 */
import { TABLE_ADDRESS_MASK } from '../../models/address.ts';
import { InputError } from '../../models/input-error.ts';
import { InputFile } from '../../traces/input-file.ts';
import { readLines } from '../../traces/lines.ts';
import { type Leaf, parseTableRow, type TableRow } from './table-row.ts';

/** Bits of a TCE that are no page address. */
const TCE_FLAG_BITS = 0xfffn;

export class TablesFile {
  private readonly rows: readonly TableRow[];
  private readonly path: string;

  private constructor(path: string, rows: readonly TableRow[]) {
    this.path = path;
    this.rows = rows;
  }

  /**
   * Reads the rows of the group whose mappings `script` has, `pe` being its number here. Throws InputError
   * with file and line.
   */
  static read(path: string, script: readonly string[], pe: number): TablesFile {
    const rows: TableRow[] = [];
    const input = InputFile.open(path);
    try {
      let line = 0;
      for (const text of readLines(input)) {
        line += 1;
        if (text.trim() !== '') rows.push(parseTableRow(text, `${path}:${line}`));
      }
    } finally {
      input.close();
    }
    const seat = seatOf(path, rows, script, pe);
    return new TablesFile(
      path,
      rows.filter((row) => keyOf(row) === seat),
    );
  }

  /** The rows of one moment, which the line `at` marks. Throws InputError where the file has another. */
  rowsOf(seq: number, at: string): readonly TableRow[] {
    const rows = this.rows.filter((row) => row.seq === seq);
    const other = rows.find((row) => row.at !== at);
    if (other === undefined) return rows;
    throw new InputError(`${this.path}: moment ${seq}: expected '${at}', got '${other.at}'`);
  }

  /** Moments behind `seq` that the script never reaches. */
  momentsBehind(seq: number): number {
    return new Set(this.rows.filter((row) => row.seq > seq).map((row) => row.seq)).size;
  }
}

/**
 * The PHB and PE whose tables hold most of the pages that a script maps; for a script that maps none, the
 * one with the group's PE number.
 */
function seatOf(path: string, rows: readonly TableRow[], script: readonly string[], pe: number) {
  if (rows.length === 0) throw new InputError(`${path}: expected tables, got none`);
  const mapped = mappedPages(script);
  const isMapped = ({ busAddress, tce }: Leaf) =>
    mapped.has(pageKey(busAddress, tce & ~TCE_FLAG_BITS));
  const votes = new Map<string, number>();
  for (const row of rows) {
    const pages = row.leaves.filter(isMapped).length;
    votes.set(keyOf(row), (votes.get(keyOf(row)) ?? 0) + pages);
  }
  const most = Math.max(...votes.values());
  const seat =
    most > 0
      ? [...votes.keys()].find((key) => votes.get(key) === most)
      : rows.map(keyOf).find((key) => key.endsWith(` ${pe}`));
  if (seat !== undefined) return seat;
  throw new InputError(`${path}: expected tables with a page that the script maps, got none`);
}

/** First pages of a script's mappings; lines that cannot be read are refused when they are performed. */
function mappedPages(script: readonly string[]): Set<string> {
  const pages = new Set<string>();
  for (const line of script) {
    const found = /^\s*MAP\s.*\biova=(0x[0-9a-f]+)\s.*\bhpa=(0x[0-9a-f]+)/i.exec(line);
    if (found) pages.add(pageKey(BigInt(found[1]) & TABLE_ADDRESS_MASK, BigInt(found[2])));
  }
  return pages;
}

function pageKey(busAddress: bigint, real: bigint): string {
  return `${busAddress} ${real}`;
}

function keyOf({ phb, pe }: TableRow): string {
  return `${phb} ${pe}`;
}
