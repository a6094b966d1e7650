/**
 * A table dump of a real machine, beside which a script is checked: of all its TVEs those that belong to
 * the script's group. The file does not say which PE that is; the pages that the script maps do.
 */
import { TABLE_ADDRESS_MASK } from '../../models/address.ts';
import { InputError } from '../../models/input-error.ts';
import type { Leaf, TableRow } from '../tables/table-row.ts';
import { readTableRows } from '../tables/table-rows.ts';
import { pageAddress } from './page-names.ts';
import type { Script } from './run-script.ts';

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
  static read(path: string, script: Script, pe: number): TablesFile {
    const rows = readTableRows(path);
    const ours = groupPeOf(path, rows, script, pe);
    return new TablesFile(
      path,
      rows.filter((row) => peNameOf(row) === ours),
    );
  }

  /** The rows of one DUMP, which is the line `at`. Throws InputError where the file has another. */
  rowsOf(seq: number, at: string): readonly TableRow[] {
    const rows = this.rows.filter((row) => row.seq === seq);
    const other = rows.find((row) => row.at !== at);
    if (other === undefined) return rows;
    throw new InputError(`${this.path}: DUMP ${seq}: expected '${at}', got '${other.at}'`);
  }

  /** DUMPs behind `seq` that the script never reaches. */
  dumpsBehind(seq: number): number {
    return new Set(this.rows.filter((row) => row.seq > seq).map((row) => row.seq)).size;
  }
}

/**
 * The PHB and PE whose tables hold most of the pages that a script maps; for a script that maps none, the
 * one with the group's PE number.
 */
function groupPeOf(path: string, rows: readonly TableRow[], script: Script, pe: number) {
  const mapped = mappedPages(script);
  const isMapped = ({ busAddress, tce }: Leaf) => mapped.has(pageKey(busAddress, pageAddress(tce)));
  const votes = new Map<string, number>();
  for (const row of rows) {
    const pages = row.leaves.filter(isMapped).length;
    votes.set(peNameOf(row), (votes.get(peNameOf(row)) ?? 0) + pages);
  }
  const most = Math.max(...votes.values());
  const ours =
    most > 0
      ? [...votes.keys()].find((key) => votes.get(key) === most)
      : rows.map(peNameOf).find((key) => key.endsWith(` ${pe}`));
  if (ours !== undefined) return ours;
  throw new InputError(`${path}: expected tables with a page that the script maps, got none`);
}

/** First pages of a script's mappings, where it says which they were. */
function mappedPages({ lines }: Script): Set<string> {
  const pages = new Set<string>();
  for (const { call } of lines) {
    const hpa = call?.name === 'MAP' ? call.inputs.get('hpa') : undefined;
    if (hpa === undefined) continue;
    pages.add(pageKey((call?.inputs.get('iova') as bigint) & TABLE_ADDRESS_MASK, hpa as bigint));
  }
  return pages;
}

function pageKey(busAddress: bigint, real: bigint): string {
  return `${busAddress} ${real}`;
}

function peNameOf({ phb, pe }: TableRow): string {
  return `${phb} ${pe}`;
}
