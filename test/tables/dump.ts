/** Table dumps that tests write themselves, and the recorded one. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The dump of a recorded VFIO session: 22 DUMPs, PE 509 of PHB 0 and PE 0 of PHB 1. */
export const RECORDED = fileURLToPath(
  new URL('../../docs/examples/vfio/recorded/pn9-64k-vfio.tables.jsonl', import.meta.url),
);

/** A block as the file has it. */
export interface WrittenPage {
  addr: string;
  level: number;
  bytes: number;
  entries: Record<string, string>;
}

/** A line as the file has it. */
export interface WrittenRow {
  seq: number;
  at: string;
  phb: number;
  tve: number;
  pe: number;
  val: string;
  pages: WrittenPage[];
}

/** Bytes of each table of `twoLevels`: TTS 1. */
const TABLE_BYTES = 4096;

/**
 * PE 1's first window on a PHB: TVE[48:50] = 1 (two levels), TTS = 1 (4 KiB tables, 9 bits a level), pages of
 * 64 KiB. Page 0 is mapped to 0x10000000, page 1 read-only to 0x10010000; the other 510 leaves are absent.
 */
export function twoLevels(more: Partial<WrittenRow> = {}): WrittenRow {
  return {
    seq: 1,
    at: 'here',
    phb: 0,
    tve: 2,
    pe: 1,
    val: '0x10022105',
    pages: [
      { addr: '0x1002000', level: 1, bytes: TABLE_BYTES, entries: { 0: '0x1003003' } },
      {
        addr: '0x1003000',
        level: 0,
        bytes: TABLE_BYTES,
        entries: { 0: '0x10000003', 1: '0x10010001' },
      },
    ],
    ...more,
  };
}

/** Writes rows as a dump; answers its path. */
export function writeDump(path: string, ...rows: readonly object[]): string {
  writeFileSync(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return path;
}
