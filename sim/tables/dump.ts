/**
 * One DUMP of a table dump as the state that a machine is in: the TVEs, and the blocks of their tables
 * at their real addresses. Only the blocks count: `leaves` tell the same once more.
 */

import { basename } from 'node:path';
import { hex } from '../../models/bits.ts';
import { InputError } from '../../models/input-error.ts';
import { FRAME_BYTES } from '../../models/memory/physical.ts';
import type { TablePage } from './table-row.ts';
import { type PlacedRow, readTableRows } from './table-rows.ts';
import { checkTree } from './tree-check.ts';

/** Real memory is a number of so many bits here; the machines of this unit have less. */
const REAL_ADDRESS_BITS = 53;
const REAL_END = 1n << BigInt(REAL_ADDRESS_BITS);

/** Which DUMP of a file. */
export interface DumpName {
  readonly file: string;
  /** Its number in the file. */
  readonly seq: number;
  /** The line of the session that it stands for. */
  readonly at: string;
}

/** A TVE of the dump. */
export interface DumpedTve {
  /** In the TVT. */
  readonly index: number;
  readonly value: bigint;
}

export class Dump {
  private constructor(
    readonly name: DumpName,
    readonly rows: readonly PlacedRow[],
    private readonly blocks: readonly TablePage[],
  ) {}

  /**
   * Reads the DUMP with the number `seq`, or the last of the file. Throws InputError with file and line on
   * tables that no PHB could walk.
   */
  static read(file: string, seq?: number): Dump {
    const all = readTableRows(file);
    const chosen = seq ?? all.reduce((last, row) => Math.max(last, row.seq), 0);
    const rows = all.filter((row) => row.seq === chosen);
    if (rows.length === 0) {
      throw new InputError(`${file}: DUMP: expected ${numbersOf(all)}, got ${chosen}`);
    }
    const [{ at }] = rows;
    const other = rows.find((row) => row.at !== at);
    if (other !== undefined) {
      throw new InputError(`${other.place}: DUMP ${chosen}: expected '${at}', got '${other.at}'`);
    }
    return new Dump({ file, seq: chosen, at }, rows, blocksOf(rows));
  }

  /** The dump as results name it. */
  get described() {
    const { file, seq, at } = this.name;
    return { file: basename(file), dump: seq, at };
  }

  /** PHBs of the dump, ascending. */
  get phbs(): readonly number[] {
    return [...new Set(this.rows.map(({ phb }) => phb))].sort((one, two) => one - two);
  }

  /** Bytes of simulated memory that hold all words, at most. */
  get bytes(): number {
    const frames = ({ bytes, entries }: TablePage) =>
      Math.min(Math.ceil(bytes / FRAME_BYTES), entries.size);
    return this.blocks.reduce((sum, block) => sum + frames(block), 0) * FRAME_BYTES;
  }

  /** First real address behind all blocks. */
  get end(): bigint {
    const last = this.blocks.at(-1);
    return last === undefined ? 0n : last.address + BigInt(last.bytes);
  }

  /** Throws InputError where a PE is more than a PHB of this kind, with `pes` PEs, has. */
  checkPes(kind: string, pes: number): void {
    const row = this.rows.find(({ pe }) => pe >= pes);
    if (row === undefined) return;
    throw new InputError(`${row.place}: pe: expected 0..${pes - 1} on ${kind}, got ${row.pe}`);
  }

  /** The TVEs of a PHB. */
  tvesOf(phb: number): DumpedTve[] {
    const rows = this.rows.filter((row) => row.phb === phb);
    return rows.map(({ tve, value }) => ({ index: tve, value }));
  }

  /** Words of a PHB's tables that are not 0, by real address; two TVEs may share a table. */
  *wordsOf(phb: number): Generator<readonly [address: bigint, word: bigint], void, void> {
    for (const { pages } of this.rows.filter((row) => row.phb === phb)) {
      for (const { address, entries } of pages) {
        for (const [index, word] of entries) yield [address + BigInt(index) * 8n, word];
      }
    }
  }

  /** The word at a real address; undefined where no block is. */
  word(address: bigint): bigint | undefined {
    const block = this.blocks.findLast((each) => each.address <= address);
    if (block === undefined || address >= block.address + BigInt(block.bytes)) return undefined;
    return block.entries.get(Number((address - block.address) >> 3n)) ?? 0n;
  }
}

/** All different blocks in the order of their addresses. Throws InputError where two do not fit together. */
function blocksOf(rows: readonly PlacedRow[]): TablePage[] {
  const placed = rows.flatMap((row) => {
    checkTree(row);
    return row.pages.map((page) => ({ ...page, place: row.place }));
  });
  placed.sort((one, two) => (one.address < two.address ? -1 : Number(one.address > two.address)));
  const blocks: TablePage[] = [];
  let end = 0n;
  for (const { place, ...block } of placed) {
    const what = `${place}: table at ${hex(block.address)}`;
    const before = blocks.at(-1);
    if (before?.address === block.address && isSame(before, block)) continue;
    if (block.address < end) {
      throw new InputError(`${what}: expected memory of its own, got some of another table's`);
    }
    end = block.address + BigInt(block.bytes);
    if (end > REAL_END) {
      throw new InputError(`${what}: expected a real address below 2^${REAL_ADDRESS_BITS}`);
    }
    blocks.push(block);
  }
  return blocks;
}

function isSame(one: TablePage, two: TablePage): boolean {
  return (
    one.bytes === two.bytes &&
    one.level === two.level &&
    one.entries.size === two.entries.size &&
    [...one.entries].every(([index, word]) => two.entries.get(index) === word)
  );
}

/** `1..22`, or all of them where some are missing. */
function numbersOf(rows: readonly PlacedRow[]): string {
  const numbers = [...new Set(rows.map(({ seq }) => seq))].sort((one, two) => one - two);
  const last = numbers.at(-1) as number;
  if (numbers.length > 1 && last - numbers[0] === numbers.length - 1)
    return `${numbers[0]}..${last}`;
  return numbers.join(', ');
}
