/**
 * The tables of one TVE at one DUMP, as table dumps hold them: a JSON object a line, with the TVE, every
 * block of the tree and its entries that are not 0, and the leaves in bus order.
 */
import { TABLE_ADDRESS_MASK } from '../../models/address.ts';
import { hex, ibmField } from '../../models/bits.ts';
import { InputError } from '../../models/input-error.ts';
import { decodeTve, type TranslatedTve } from '../../models/tve.ts';
import { parseHexadecimal } from '../../traces/numbers.ts';
import { z } from '../zod.ts';

/** One block of a tree. */
export interface TablePage {
  readonly address: bigint;
  /** 0 is a leaf. */
  readonly level: number;
  readonly bytes: number;
  /** Entries that are not 0, by index. */
  readonly entries: ReadonlyMap<number, bigint>;
}

/** A mapped page: its bus address, counted from the TVE's first, and its TCE. */
export interface Leaf {
  readonly busAddress: bigint;
  readonly tce: bigint;
}

export interface TableRow {
  /** Number of the DUMP, counted from 1. */
  readonly seq: number;
  /** The DUMP's line. */
  readonly at: string;
  readonly phb: number;
  readonly pe: number;
  /** Index in the TVT. */
  readonly tve: number;
  readonly value: bigint;
  readonly pages: readonly TablePage[];
  readonly leaves: readonly Leaf[];
}

const TCE_BYTES = 8;
/** Characters of a line that a message shows. */
const SHOWN_MAX = 40;

const word = z.string().transform((text, context) => {
  const value = parseHexadecimal(text, 64);
  if (value !== undefined) return value;
  context.addIssue({ code: 'custom', message: `expected a hexadecimal number, got '${text}'` });
  return z.NEVER;
});
const count = z.number().int().nonnegative();

const rowSchema = z.object({
  seq: z.number().int().min(1, 'expected the number of a DUMP, 1 or more'),
  at: z.string(),
  phb: count,
  pe: count,
  tve: count,
  val: word,
  // A TVE that translates nothing has neither.
  pages: z
    .array(
      z.object({ addr: word, level: count, bytes: count, entries: z.record(z.string(), word) }),
    )
    .default([]),
  leaves: z.array(z.tuple([word, word])).default([]),
});

/** What stands in the place of a row when a dump could not be taken. */
const failureSchema = z.object({ error: z.string() });

/** A line of a table dump. Throws InputError that begins with `where`. */
export function parseTableRow(line: string, where: string): TableRow {
  const object = parseJson(line, where);
  const failure = failureSchema.safeParse(object);
  if (failure.success) {
    throw new InputError(
      `${where}: expected tables, got the error of a dump: ${failure.data.error}`,
    );
  }
  const parsed = rowSchema.safeParse(object);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const key = issue.path.map(String).join('.');
    throw new InputError(`${where}: ${key === '' ? '' : `${key}: `}${issue.message}`);
  }
  const { val, pages, leaves, ...rest } = parsed.data;
  return {
    ...rest,
    value: val,
    pages: pages.map(({ addr, entries, ...page }) => {
      const what = `${where}: entries of the table at ${hex(addr)}`;
      return { ...page, address: addr, entries: entriesOf(entries, page.bytes / TCE_BYTES, what) };
    }),
    leaves: leaves.map(([busAddress, tce]) => ({
      busAddress: busAddress & TABLE_ADDRESS_MASK,
      tce,
    })),
  };
}

/** Entries by index, of which a table has `count`. */
function entriesOf(entries: Record<string, bigint>, count: number, what: string) {
  return new Map(
    Object.entries(entries).map(([index, tce]): [number, bigint] => {
      if (/^(0|[1-9]\d*)$/.test(index) && Number(index) < count) return [Number(index), tce];
      const got = JSON.stringify(index.slice(0, SHOWN_MAX));
      throw new InputError(`${what}: expected an index below ${count}, got ${got}`);
    }),
  );
}

/** A row as a line of a table dump, without its end. */
export function printTableRow(row: TableRow): string {
  const tve = decodeTve(row.value);
  const fields = tve.kind === 'translated' ? tveFields(row.value, tve) : {};
  return JSON.stringify({
    seq: row.seq,
    at: row.at,
    phb: row.phb,
    tve: row.tve,
    pe: row.pe,
    val: hex(row.value),
    ...fields,
    pages: row.pages.map(({ address, level, bytes, entries }) => ({
      addr: hex(address),
      level,
      bytes,
      entries: Object.fromEntries([...entries].map(([index, tce]) => [index, hex(tce)])),
    })),
    leaves: row.leaves.map(({ busAddress, tce }) => [hex(busAddress), hex(tce)]),
  });
}

/** The fields of a TVE apart, `tts` and `ps` as the register has them. */
function tveFields(value: bigint, { root, levels, indexBits, pageShift }: TranslatedTve) {
  return {
    tta: Number(root),
    levels,
    tts: Number(ibmField(value, 51, 55)),
    ps: Number(ibmField(value, 59, 63)),
    entries: 2 ** indexBits,
    page_shift: pageShift,
  };
}

function parseJson(line: string, where: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    const got = line.slice(0, SHOWN_MAX).replace(/\p{Cc}/gu, '?');
    throw new InputError(`${where}: expected a JSON object, got '${got}'`);
  }
}
