/**
 * Rows of a bare-metal host (QEMU powernv): TVE writes, kills, and DMA with the table reads that answered
 * it. Linux writes TCEs by plain stores that no trace of the PHB sees, so they are found from their
 * effect: where a read brings another word than the last one known there, a `store` row goes in front.
 */
import { Op, REFUSED } from '../format.ts';
import type { RowBuffer } from '../row-buffer.ts';
import { Word, wordOf } from '../word.ts';
import { WordMap } from '../word-map.ts';

/** A DMA request with what the PHB read to translate it. */
export interface PowernvDma {
  phb: number;
  /** Device and function; QEMU's event does not tell the bus, which stays 0. */
  devfn: number;
  pe: number;
  readonly address: Word;
  length: number;
  write: boolean;
  /** The real address, or REFUSED_WORD, or 0 where it is not recorded. */
  readonly real: Word;
}

/** The `real` of a DMA that its PHB refused. */
export const REFUSED_WORD: Readonly<Word> = wordOf(REFUSED);

const WORD_BYTES = 8;
const NOTHING: Readonly<Word> = new Word();

export class PowernvRows {
  /** Words as some row of this trace left them, seen by one memory for the whole machine .. */
  private readonly machine = new WordMap();
  /** .. and by one for each PHB: a replay may keep either, and both must find the table. */
  private readonly own: WordMap[] = [];
  private readonly known = new Word();

  constructor(private readonly rows: RowBuffer) {}

  /** A TVT entry is written; every PE has two. */
  tve(phb: number, index: number, tve: Word): void {
    const row = this.add(Op.tve, phb, NOTHING, tve);
    this.rows.columns.pe[row] = index >> 1;
    this.rows.columns.address[2 * row] = index;
  }

  /** The TCE kill register is written. */
  kill(phb: number, register: Word): void {
    this.add(Op.kill, phb, NOTHING, register);
  }

  /** The PHB read a table entry for the DMA that comes next: its real address and value. */
  read(phb: number, address: Word, tce: Word): void {
    this.own[phb] ??= new WordMap();
    const own = this.own[phb];
    if (this.holds(this.machine, address, tce) && this.holds(own, address, tce)) return;
    this.machine.set(address, tce);
    own.set(address, tce);
    const row = this.add(Op.store, phb, address, tce);
    this.rows.columns.length[row] = WORD_BYTES;
  }

  dma({ phb, devfn, pe, address, length, write, real }: PowernvDma): void {
    const row = this.add(write ? Op.write : Op.read, phb, address, real);
    const { columns } = this.rows;
    columns.rid[row] = devfn;
    columns.pe[row] = pe;
    columns.length[row] = length;
  }

  /** Whether a memory has the word at an address; what nobody stored to reads as zero. */
  private holds(memory: WordMap, address: Word, word: Word): boolean {
    const known = this.known;
    if (memory.get(address, known)) return known.equals(word);
    return memory.isComplete && word.equals(NOTHING);
  }

  private add(op: number, phb: number, address: Word, value: Word): number {
    const row = this.rows.claim();
    const { columns } = this.rows;
    columns.op[row] = op;
    columns.phb[row] = phb;
    address.store(columns.address, row);
    value.store(columns.value, row);
    return row;
  }
}
