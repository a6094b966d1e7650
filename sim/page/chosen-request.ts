/** The request whose walk a reader looks at: pages that are drawn anew show it again. */
import type { SampleRow } from '../report/html/page-data.ts';

export class ChosenRequest {
  private phb: number | undefined;
  private n: number | undefined;

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
