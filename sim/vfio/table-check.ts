/** The DUMP lines of a script: our tables at each, compared with recorded ones, or as lines of a file. */
import { WINDOW_SLOTS } from '../../models/kernel/group/table-group.ts';
import type { TableRow } from '../tables/table-row.ts';
import type { Difference } from './check.ts';
import { compareRows, type TableDifference } from './compare-tables.ts';
import { readTree } from './our-tables.ts';
import type { Session } from './session.ts';
import type { TablesFile } from './tables-file.ts';

/** The one PHB that a script has. */
const PHB = 0;

/**
 * Our rows of the script's first group at a DUMP: one for each TVE that translates. `recorded` are those
 * of a real machine at that DUMP, which may know more of its pages than the script tells.
 */
export function ourRows(
  session: Session,
  seq: number,
  at: string,
  recorded: readonly TableRow[],
): TableRow[] {
  const { pe, windows } = session.firstGroup;
  const { host } = session.machine;
  const rows: TableRow[] = [];
  for (let slot = 0; slot < WINDOW_SLOTS; slot += 1) {
    const value = host.tveOf(pe, slot);
    if (value === 0n) continue;
    const window = windows.find((each) => each.slot === slot);
    const dumped = tcesOf(recorded.find(({ tve }) => tve % WINDOW_SLOTS === slot));
    const tree = readTree(host.memory, value, (offset, tce) => {
      if (window === undefined) return tce;
      const { tableStart } = window.place;
      const dumpedAt = (busAddress: bigint) => dumped.get(busAddress - tableStart);
      return session.mapped.inScriptWords(window, tableStart + offset, tce, dumpedAt);
    });
    rows.push({ seq, at, phb: PHB, pe, tve: pe * WINDOW_SLOTS + slot, value, ...tree });
  }
  return rows;
}

function tcesOf(row: TableRow | undefined): ReadonlyMap<bigint, bigint> {
  return new Map((row?.leaves ?? []).map(({ busAddress, tce }) => [busAddress, tce]));
}

/** Compares every DUMP of a table dump with ours. */
export class TableCheck {
  dumps = 0;
  /** Blocks of the recorded trees that are the same. */
  blocks = 0;
  /** Leaves that are the same. */
  leaves = 0;
  differing = 0;
  private readonly file: TablesFile;

  constructor(file: TablesFile) {
    this.file = file;
  }

  /** What the file has of a DUMP, which is the line `at`. */
  recordedAt(seq: number, at: string): readonly TableRow[] {
    return this.file.rowsOf(seq, at);
  }

  /** Compares the tables of one DUMP; `where` is its line. */
  take(recorded: readonly TableRow[], ours: readonly TableRow[], where: string): Difference[] {
    this.dumps += 1;
    const differences: Difference[] = [];
    for (let slot = 0; slot < WINDOW_SLOTS; slot += 1) {
      const isHere = ({ tve }: TableRow) => tve % WINDOW_SLOTS === slot;
      const found = this.compare(recorded.find(isHere), ours.find(isHere));
      differences.push(...found.map((each) => ({ where: `${where}: TVE ${slot}`, ...each })));
    }
    this.differing += differences.length;
    return differences;
  }

  /** The script has ended: what the file has of later DUMPs. */
  finish(where: string): Difference[] {
    const missing = this.file.dumpsBehind(this.dumps);
    if (missing === 0) return [];
    this.differing += 1;
    return [{ where, wanted: `${this.dumps + missing} DUMP lines`, got: `${this.dumps}` }];
  }

  private compare(wanted: TableRow | undefined, got: TableRow | undefined): TableDifference[] {
    if (wanted === undefined || got === undefined) {
      if (wanted === got) return [];
      return [{ wanted: describePresence(wanted), got: describePresence(got) }];
    }
    const { leaves, blocks, differences } = compareRows(wanted, got);
    this.leaves += leaves;
    this.blocks += blocks;
    return [...differences];
  }
}

function describePresence(row: TableRow | undefined): string {
  return row === undefined ? 'no table' : 'a table';
}
