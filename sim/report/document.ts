/** A report as content, before any form: sections with tables and remarks. */

/** A table; numbers come as text. The first column is left-aligned, the others right unless said. */
export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Columns with words, left-aligned; the first always is. */
  readonly left?: readonly number[];
  /** Drawn behind the rows where there is room. */
  readonly bars?: Bars;
}

/** A bar a row: how far each of its figures reaches, in ascending order. Empty: none. */
export interface Bars {
  readonly head: string;
  /** What a full bar stands for. */
  readonly full: number;
  readonly rows: readonly (readonly number[])[];
}

export interface Section {
  readonly title: string;
  readonly tables: readonly Table[];
  readonly remarks: readonly string[];
}

export interface Report {
  readonly title: string;
  readonly sections: readonly Section[];
}
