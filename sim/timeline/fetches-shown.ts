/** The TCE fetches that a timeline shows: the request that waits for one finds it. */
import type { RequestRecord } from '../replay/timeline/record.ts';
import { LINE_TCE_BITS } from '../unit/lookup/tce-line.ts';

/** A fetch, and what it is to the timeline. */
interface ShownFetch<Place> {
  readonly page: number;
  readonly arrives: number;
  readonly place: Place;
}

export class FetchesShown<Place> {
  private readonly byLine = new Map<string, ShownFetch<Place>[]>();

  /** A request fetches its TCE, which arrives at a cycle. */
  add(phb: number, request: RequestRecord, arrives: number, place: Place): void {
    const line = lineOf(phb, request);
    // Who arrives now waits for no fetch that is over.
    const others = this.byLine.get(line)?.filter((fetch) => fetch.arrives > request.arrive) ?? [];
    this.byLine.set(line, [{ page: request.pageLow, arrives, place }, ...others]);
  }

  /** The fetch that a request waited for until a cycle: of its page, or of the line around it. */
  find(phb: number, request: RequestRecord, arrives: number): Place | undefined {
    const fetches = this.byLine.get(lineOf(phb, request)) ?? [];
    const due = fetches.filter((fetch) => fetch.arrives === arrives);
    return (due.find(({ page }) => page === request.pageLow) ?? due[0])?.place;
  }
}

function lineOf(phb: number, { tve, pageHigh, pageLow }: RequestRecord): string {
  return `${phb} ${tve} ${pageHigh} ${pageLow >>> LINE_TCE_BITS}`;
}
