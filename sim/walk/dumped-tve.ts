/** The TVE of a dump that serves a bus address, chosen as the hardware does: by PE and by the address. */
import { type TveSelect, tveIndex } from '../../models/address.ts';
import { InputError } from '../../models/input-error.ts';
import type { Dump, DumpName } from '../tables/dump.ts';

/** A TVE, and where in the dump it stands. */
export interface ChosenTve {
  readonly value: bigint;
  readonly dump: DumpName;
  readonly phb: number;
  readonly pe: number;
  /** In the TVT. */
  readonly index: number;
  /** False where the dump has none at that index: it is 0, disabled. */
  readonly isDumped: boolean;
}

/**
 * The TVE that a PE's DMA to `address` meets. `peText` is `509`, or `0:509` with the number of its PHB; it
 * may be left out where the dump has one PE. Throws InputError that names the PEs of the dump.
 */
export function dumpedTve(
  dump: Dump,
  peText: string | undefined,
  address: bigint,
  select: TveSelect,
): ChosenTve {
  const { phb, pe } = peOf(dump, peText);
  const index = tveIndex(pe, address, select);
  const row = dump.rows.find((each) => each.phb === phb && each.tve === index);
  const value = row?.value ?? 0n;
  return { value, dump: dump.name, phb, pe, index, isDumped: row !== undefined };
}

function peOf({ rows, name }: Dump, text: string | undefined): { phb: number; pe: number } {
  const known = new Map(rows.map(({ phb, pe }) => [`${phb}:${pe}`, { phb, pe }]));
  const wanted = [...known.keys()];
  const fitting = wanted.filter(
    (key) => text === undefined || key === text || key.endsWith(`:${text}`),
  );
  const found = known.get(fitting[0]);
  if (found !== undefined && fitting.length === 1) return found;
  const got = text === undefined ? 'none' : `'${text}'`;
  throw new InputError(
    `--pe: expected ${wanted.join(' or ')}, the PHB:PE of DUMP ${name.seq} of ${name.file}, got ${got}`,
  );
}
