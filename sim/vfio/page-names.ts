/**
 * Real addresses of a program's pages as the machine had them on which the script was recorded. The pages of
 * a mapping follow each other for the program, not always in real memory. What a table dump says of a page
 * that the script does not name is believed once, and from then on that page is behind that other one.
 */
import { realAddress } from '../../models/tce.ts';

/** A mapping whose first page has a name. */
export interface NamedRun {
  readonly hpa: bigint;
  /** Log2 of the pages of memory behind it. */
  readonly pageShift: number;
}

/** The smallest IO page: below it a TCE has flags. */
const PAGE_SHIFT_MIN = 12;

/** The real page of a leaf's TCE, whatever the IO page's size. */
export function pageAddress(tce: bigint): bigint {
  return realAddress(tce, 0n, PAGE_SHIFT_MIN);
}

export class PageNames {
  /** Pages that were found elsewhere than behind the one in front. */
  scattered = 0;
  private readonly next = new Map<bigint, bigint>();
  private readonly taken = new Set<bigint>();
  /** Addresses of the pages of a run, as far as they were asked for. */
  private readonly pages = new WeakMap<NamedRun, bigint[]>();

  /** Real address of an offset in a run; `dumped` gives the TCE that a dump has for an offset. */
  addressIn(run: NamedRun, offset: bigint, dumped: (offset: bigint) => bigint | undefined): bigint {
    const bytes = 1n << BigInt(run.pageShift);
    const inFirst = run.hpa % bytes;
    const pages = this.pages.get(run) ?? [run.hpa - inFirst];
    this.pages.set(run, pages);
    const index = Number((inFirst + offset) / bytes);
    while (pages.length <= index) {
      const tce = dumped(BigInt(pages.length) * bytes - inFirst);
      pages.push(this.behind(pages[pages.length - 1], bytes, tce));
    }
    return pages[index] + ((inFirst + offset) % bytes);
  }

  /** The page behind another: as it is known, as the dump has it, or the one that follows. */
  private behind(page: bigint, bytes: bigint, tce: bigint | undefined): bigint {
    const known = this.next.get(page);
    if (known !== undefined) return known;
    const following = page + bytes;
    const seen = tce === undefined ? following : pageAddress(tce);
    const isBelieved = seen % bytes === 0n && !this.taken.has(seen);
    const behind = isBelieved ? seen : following;
    if (behind !== following) this.scattered += 1;
    this.next.set(page, behind);
    this.taken.add(behind);
    return behind;
  }
}
