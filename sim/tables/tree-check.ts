/** Whether a PHB could have walked the tables of a dumped TVE: what a torn or mixed-up dump fails at. */
import { hex } from '../../models/bits.ts';
import { InputError } from '../../models/input-error.ts';
import { nextTable, tcePermission } from '../../models/tce.ts';
import { decodeTve, type TranslatedTve, tableBytes } from '../../models/tve.ts';
import type { TablePage } from './table-row.ts';
import type { PlacedRow } from './table-rows.ts';

/** TVEs of a PE, which stand side by side in the TVT. */
const TVES_PER_PE = 2;

/**
 * Checks the TVE's place in the TVT, and every block: its size, alignment and level, and that the blocks
 * below it are there. Throws InputError with file and line.
 */
export function checkTree(row: PlacedRow): void {
  const { place, tve: index, pe, value, pages } = row;
  if (Math.floor(index / TVES_PER_PE) !== pe) {
    const wanted = `${TVES_PER_PE * pe} or ${TVES_PER_PE * pe + 1}`;
    throw new InputError(`${place}: tve: expected ${wanted}, an index of PE ${pe}, got ${index}`);
  }
  const tve = decodeTve(value);
  if (tve.kind !== 'translated') {
    if (pages.length === 0) return;
    throw new InputError(
      `${place}: pages: expected none, for the TVE ${hex(value)} has no tables, got ${pages.length}`,
    );
  }
  for (const page of pages) checkShape(page, tve, `${place}: table at ${hex(page.address)}`);
  const pageAt = new Map(pages.map((page) => [page.address, page]));
  const root = `the root of the TVE ${hex(value)}`;
  checkLevel(pageAt.get(tve.root), tve.levels - 1, tve.root, `${place}: ${root}`);
  for (const { address, level, entries } of pages) {
    if (level === 0) continue;
    for (const [entry, tce] of entries) {
      if (tcePermission(tce) === 0) continue;
      const what = `${place}: table that entry ${entry} of the one at ${hex(address)} names`;
      checkLevel(pageAt.get(nextTable(tce)), level - 1, nextTable(tce), what);
    }
  }
}

/** The PHB puts the index into the lower bits of a table's address. */
function checkShape({ address, bytes }: TablePage, tve: TranslatedTve, what: string): void {
  const wanted = tableBytes(tve);
  if (BigInt(bytes) !== wanted) {
    throw new InputError(`${what}: bytes: expected ${wanted}, as the TVE says, got ${bytes}`);
  }
  if (address % wanted === 0n) return;
  throw new InputError(`${what}: addr: expected a multiple of its ${wanted} bytes`);
}

function checkLevel(page: TablePage | undefined, level: number, address: bigint, what: string) {
  if (page === undefined) {
    throw new InputError(`${what}: expected in pages at ${hex(address)}, got none`);
  }
  if (page.level === level) return;
  throw new InputError(`${what}: level: expected ${level}, got ${page.level}`);
}
