/**
 * Which cell of a row is which column: the header's names, and what option `columns` says of a table with
 * names of its own (`ts:time_ns,bdf:rid`) or, counted from 1, of one without a header (`1:time_ns,3:rid`).
 */
import { InputError } from '../../models/input-error.ts';
import { suggest } from '../nearest.ts';

/** Where the columns stand in a row, counted from 0. */
export type Places<Column> = ReadonlyMap<Column, number>;

const PAIR = /^(.+):([^:]+)$/;
const NUMBER = /^[1-9]\d{0,3}$/;

/** The columns of a kind of table, by name. */
export interface KnownColumns<Column extends string> {
  readonly names: readonly Column[];
  readonly required: readonly Column[];
}

export class ColumnMap<Column extends string> {
  private readonly oursOf = new Map<string, Column>();

  /** Throws InputError on pairs that are none and on columns that a trace does not have. */
  constructor(
    text: string,
    private readonly known: KnownColumns<Column>,
  ) {
    for (const pair of text === '' ? [] : text.split(',')) this.addPair(pair);
    const numbers = [...this.oursOf.keys()].filter((theirs) => NUMBER.test(theirs));
    if (numbers.length > 0 && numbers.length < this.oursOf.size) {
      throw new InputError(`columns: expected either names or numbers, got both: '${text}'`);
    }
  }

  /** Whether columns are given by number, which a table without a header needs. */
  get isByNumber(): boolean {
    const [first] = this.oursOf.keys();
    return first !== undefined && NUMBER.test(first);
  }

  /** The places that the numbers say. Throws InputError where a required column has none. */
  numbered(): Places<Column> {
    const pairs = [...this.oursOf].map(([theirs, ours]) => [ours, Number(theirs) - 1] as const);
    return this.complete(new Map(pairs));
  }

  /** The places in a table with this header. Throws InputError on names that are missing or unknown. */
  placesIn(header: readonly string[]): Places<Column> {
    const names = header.map((name) => name.toLowerCase());
    const absent = [...this.oursOf.keys()].find((theirs) => !names.includes(theirs));
    if (absent !== undefined) {
      throw new InputError(`columns: no column '${absent}' in the header${suggest(absent, names)}`);
    }
    const places = new Map<Column, number>();
    for (const [place, name] of names.entries()) {
      const column = this.oursOf.get(name) ?? this.ownName(name);
      if (column === undefined) continue;
      if (places.has(column)) throw new InputError(`column ${column}: named twice`);
      places.set(column, place);
    }
    return this.complete(places);
  }

  private addPair(pair: string): void {
    const [, theirs, ours] = PAIR.exec(pair)?.map((name) => name.trim().toLowerCase()) ?? [];
    if (theirs === undefined || ours === undefined) {
      throw new InputError(`columns: expected their:ours or number:ours, got '${pair}'`);
    }
    const column = this.known.names.find((name) => name === ours);
    if (column === undefined) {
      throw new InputError(`columns: unknown column '${ours}'${suggest(ours, this.known.names)}`);
    }
    const isTaken = this.oursOf.has(theirs) || [...this.oursOf.values()].includes(column);
    if (isTaken) throw new InputError(`columns: '${pair}' names a column a second time`);
    this.oursOf.set(theirs, column);
  }

  /** The column of that very name, unless another stands for it; others are left out if there is a map. */
  private ownName(name: string): Column | undefined {
    const column = this.known.names.find((known) => known === name);
    if (column === undefined && this.oursOf.size === 0) {
      throw new InputError(`unknown column '${name}'${suggest(name, this.known.names)}`);
    }
    const isMapped = [...this.oursOf.values()].some((ours) => ours === column);
    return isMapped ? undefined : column;
  }

  private complete(places: Places<Column>): Places<Column> {
    const missing = this.known.required.find((column) => !places.has(column));
    if (missing !== undefined) throw new InputError(`column ${missing}: missing`);
    return places;
  }
}
