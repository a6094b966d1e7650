/** An entry of the glossary. */
export interface Word {
  /** The word, then its other forms, with commas between. */
  readonly word: string;
  /** One to three sentences. */
  readonly meaning: string;
  /** Rules of docs/timing.md that define what it costs, as `T14, T17`; a dash where none does. */
  readonly rule: string;
  /** The public source, or the page that says more. */
  readonly source: string;
}

/** A few words that are read together. */
export interface Chapter {
  readonly title: string;
  readonly words: readonly Word[];
}
