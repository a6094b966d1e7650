/**
 * How the rows of a trace are cut into slices, one a thread. The first begins with the trace; each other one
 * begins with a guess at the state of the unit, from the rows in front of it on a cold one: of those far back a
 * sample is skimmed, for what remembers longest (which lines of tables the host's caches hold), of those nearer
 * each one (for the TCE cache), and those next to it are replayed, its warm-up. A slice is cut into intervals, at
 * whose ends states are compared: the first ones are short, because a wrong guess is often right soon, and each is
 * twice as long as the one before.
 */

export interface SlicePlan {
  /** Of how many rows in front of `skimFrom` one is skimmed, and the row from which on all are. */
  readonly stride: number;
  readonly skimFrom: number;
  /** Row that the warm-up begins with. */
  readonly warmFrom: number;
  /** The slice's own first row. */
  readonly first: number;
  /** The row behind each interval; the last is the first of the next slice. */
  readonly ends: readonly number[];
}

/** How the slices of a trace are made. */
export interface SliceSizes {
  /** Of how many rows far back one is skimmed. */
  readonly stride: number;
  /** Rows of which each is skimmed. */
  readonly skimmedRows: number;
  /** Rows of a warm-up; at least one, so that the borders between rows are checked. */
  readonly warmUpRows: number;
  /** Rows of a slice's first interval. */
  readonly intervalRows: number;
}

/**
 * Skimming a million rows finds what the TCE cache holds, also of rings with few cold pages; the warm-up fills a
 * cache of 1024 TCEs many times over; to compare states of this size after such an interval takes a few per mille
 * of the time.
 */
export const SLICE_SIZES: SliceSizes = {
  stride: 16,
  skimmedRows: 2 ** 20,
  warmUpRows: 2 ** 18,
  intervalRows: 2 ** 17,
};

/** What a row takes of the time of replaying it, about: one that is skimmed, and one far back, read for the sample. */
export const SKIM_SHARE = 1 / 2;
export const FAR_SHARE = 1 / 10;

/**
 * Rows for each slice at least: with fewer, threads do little but start and read what lies in front of their rows
 * (a ring on two threads, busy machine: 3 M rows took 1.6 of the time of one thread, 8 M 0.8).
 */
export const SLICE_ROWS_MIN = 3_000_000;

/** Cuts `rows` rows into at most `slices` slices of equal work, with what each reads in front of its own rows. */
export function planSlices(rows: number, slices: number, sizes: SliceSizes): SlicePlan[] {
  const warmUpRows = Math.min(sizes.warmUpRows, Math.floor(rows / slices / 2));
  const firsts = warmUpRows < 1 ? [0] : firstRows(rows, slices, warmUpRows, sizes.skimmedRows);
  return firsts.map((first, slice) => {
    const end = firsts[slice + 1] ?? rows;
    const warmFrom = slice === 0 ? 0 : first - warmUpRows;
    return {
      stride: sizes.stride,
      skimFrom: Math.max(0, warmFrom - sizes.skimmedRows),
      warmFrom,
      first,
      ends: slice === 0 ? [end] : endsOf(first, end, sizes.intervalRows),
    };
  });
}

/**
 * Where slices of the same work begin. Let that be `work` rows: a slice that begins at `first` ends at
 * `first + work - near - FAR_SHARE * first`, and so each of these rows is `share * work - lost`.
 */
function firstRows(
  rows: number,
  slices: number,
  warmUpRows: number,
  skimmedRows: number,
): number[] {
  const near = warmUpRows + Math.min(skimmedRows, rows / slices / 2) * SKIM_SHARE;
  const lines = [{ share: 1, lost: 0 }];
  for (let slice = 1; slice < slices; slice += 1) {
    const { share, lost } = lines[slice - 1];
    lines.push({ share: share * (1 - FAR_SHARE) + 1, lost: lost * (1 - FAR_SHARE) + near });
  }
  const whole = lines[slices - 1];
  const work = (rows + whole.lost) / whole.share;
  return [0, ...lines.slice(0, -1).map(({ share, lost }) => Math.round(share * work - lost))];
}

function endsOf(first: number, end: number, intervalRows: number): number[] {
  const ends: number[] = [];
  for (let at = first + intervalRows, rows = intervalRows; at < end; at += rows) {
    ends.push(at);
    rows *= 2;
  }
  return [...ends, end];
}
