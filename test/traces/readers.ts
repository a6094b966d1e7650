/** What readers of other makers must find in written files, and how their packages are loaded. */
import { OPERATIONS } from '../../traces/format.ts';
import type { TraceRow } from '../../traces/row-buffer.ts';
import { writeTrace } from '../../traces/write.ts';
import { sourceOf } from './rows.ts';

/** The cells of a file, column by column in the file's order. */
export type Cells = Readonly<Record<string, ArrayLike<unknown>>>;

const MOST = 0xffff_ffff_ffff_ffffn;

/**
 * More rows than a batch has; every operation; the largest value of every column. Only operations that are no
 * DMA have lengths above 2^31: `trace info` visits thousands of pages of a DMA as long as that.
 */
export const ROWS: readonly Required<TraceRow>[] = Array.from({ length: 66_000 }, (_, at) => ({
  timeNs: at === 65_999 ? MOST : BigInt(at) << 30n,
  op: at % OPERATIONS.length,
  phb: at & 0xff,
  rid: (at * 7) & 0xffff,
  pe: 0xffff - (at & 0xffff),
  length: at % OPERATIONS.length < 2 ? 1 + at : 0xffff_ffff - (at - 2),
  address: MOST - BigInt(at) * 4099n,
  value: (1n << 63n) + BigInt(at),
}));

/** The rows above as the columns that a reader must find. */
export const CELLS: Cells = {
  time_ns: ROWS.map(({ timeNs }) => timeNs),
  op: ROWS.map(({ op }) => OPERATIONS[op]),
  phb: ROWS.map(({ phb }) => phb),
  rid: ROWS.map(({ rid }) => rid),
  pe: ROWS.map(({ pe }) => pe),
  length: ROWS.map(({ length }) => length),
  address: ROWS.map(({ address }) => address),
  value: ROWS.map(({ value }) => value),
};

/** Writes the rows above as a trace file. */
export async function writeRowsTo(path: string): Promise<void> {
  await writeTrace(sourceOf(ROWS), path, { command: 'tcesim trace generate test' });
}

/** The first cell that differs, as what was read and what was wanted; undefined: none does. */
export function difference(read: Cells, wanted: Cells): unknown {
  const names = Object.keys(wanted);
  if (Object.keys(read).join() !== names.join()) return [Object.keys(read), names];
  for (const name of names) {
    const [got, want] = [read[name], wanted[name]];
    if (got.length !== want.length) return [name, 'rows', got.length, want.length];
    const at = Array.from(want).findIndex((cell, row) => cell !== got[row]);
    if (at >= 0) return [name, at, got[at], want[at]];
  }
  return undefined;
}

/**
 * A package that brings a binary for each platform; undefined, said aloud, on a platform that has none. On
 * Linux x64 with glibc, where the project's own checks run, a package that does not load is an error.
 */
export async function ifPlatformHas<Package>(
  name: string,
  load: () => Promise<Package>,
): Promise<Package | undefined> {
  try {
    return await load();
  } catch (error) {
    const { platform, arch } = process;
    if (platform === 'linux' && arch === 'x64' && hasGlibc()) throw error;
    process.stderr.write(`skipped: ${name} does not load on ${platform} ${arch}: ${error}\n`);
    return undefined;
  }
}

function hasGlibc(): boolean {
  const { header } = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return header?.glibcVersionRuntime !== undefined;
}
