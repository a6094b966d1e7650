/** The requests that a reader asked for, and the one whose walk is shown: pages that are drawn anew show them again. */
import type { SampleRow } from '../report/html/page-data.ts';

export class ChosenRequest {
  private phb: number | undefined;
  private n: number | undefined;
  /** By which requests are picked: answers by the names of the questions. */
  readonly filter = new Map<string, string>();

  choose({ phb, n }: SampleRow): void {
    this.phb = phb;
    this.n = n;
  }

  /** The request among others; where nobody chose one, or it is not there, the slowest; undefined among none. */
  among(rows: readonly SampleRow[]): SampleRow | undefined {
    const chosen = rows.find(({ phb, n }) => phb === this.phb && n === this.n);
    return (
      chosen ??
      rows.reduce<SampleRow | undefined>(
        (most, row) => (most === undefined || row.latency > most.latency ? row : most),
        undefined,
      )
    );
  }
}
