/** What a walk is answered with, as JSON has it: words of memory and addresses as hexadecimal text. */

/** The word at a real address, if it is known. */
export type KnownWord = (address: bigint) => bigint | undefined;

/** A translation, step by step. */
export interface WalkAnswer {
  /** Name of the PHB. */
  readonly phb: string;
  /** Where the TVE stands in a dump; null: it was given. */
  readonly source: TveSource | null;
  /** The TVE. */
  readonly tve: TveAnswer;
  /** Bus address. */
  readonly address: string;
  /** Which access is asked for. */
  readonly access: 'read' | 'write';
  /** Which TVE of its PE the address chooses. */
  readonly select: number;
  /** Of tables, root first. */
  readonly reads: readonly ReadAnswer[];
  /** null: the access is refused. */
  readonly realAddress: string | null;
  /** What the TCE allows: `rw`, `r-`; null: the access is refused. */
  readonly permission: string | null;
  /** Name of the fault; null: the access is allowed. */
  readonly fault: string | null;
  /** Why it is refused, in words. */
  readonly reason: string | null;
  /** What the PHB writes to the PE's entry of the PEST; null where nothing is refused. */
  readonly pest: readonly [string, string] | null;
}

/** A TVE: its word, its kind, and what a TVE of that kind has. */
export interface TveAnswer extends Readonly<Record<string, unknown>> {
  /** The word. */
  readonly value: string;
}

/** A read of a table. */
export interface ReadAnswer {
  /** 0: leaf. */
  readonly level: number;
  /** Log2 of the bytes of bus addresses that an entry stands for. */
  readonly shift: number;
  /** Of the entry in its table. */
  readonly index: string;
  /** Real address of the entry. */
  readonly address: string;
  /** Real address of its line. */
  readonly line: string;
  /** Of the entry in its line. */
  readonly slot: number;
  /** The entry. */
  readonly tce: string;
  /** What it allows: `rw`, `r-`. */
  readonly permission: string;
  /** false: the memory given does not have it, it reads as 0. */
  readonly isInMemory: boolean;
}

/** Where a dumped TVE stands. */
export interface TveSource {
  /** File of the dump. */
  readonly file: string;
  /** Which DUMP of it. */
  readonly dump: number;
  /** When it was taken, in the file's words. */
  readonly at: string;
  /** Number of the PHB. */
  readonly phb: number;
  /** Number of the PE. */
  readonly pe: number;
  /** In the TVT. */
  readonly index: number;
  /** false: the dump has none there, it is 0. */
  readonly isDumped: boolean;
}
