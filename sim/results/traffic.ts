/** What became of the requests of a whole run, of each window, and of each PE. */
import type { PhbOutcome } from '../replay/phb-replay.ts';
import {
  BYPASSED,
  FENCED,
  FROZEN,
  HIT,
  LINE_HIT,
  MERGED,
  MISS,
  MSI,
} from '../unit/books/outcome.ts';
import { Book, FAULTS } from './book.ts';
import type { LatencyScale } from './latency.ts';
import type { Result } from './result-schema.ts';

/** A PHB and those of its accounts that belong to a book. */
type Share = readonly [PhbOutcome, readonly number[]];

/** The sum of some accounts of some PHBs. */
export function bookOf(shares: readonly Share[]): Book {
  const book = new Book();
  for (const [phb, accounts] of shares) {
    for (const account of accounts) book.add(phb.accounts, account);
  }
  return book;
}

/** All accounts of a PHB. */
export function allAccounts(phb: PhbOutcome): number[] {
  // A histogram of reads and one of writes for each account.
  return Array.from({ length: phb.accounts.latencies.length / 2 }, (_, account) => account);
}

/** Requests of a book by outcome. */
export function countersOf(book: Book) {
  return {
    requests: book.requests(),
    hits: book.count([HIT]),
    lineHits: book.count([LINE_HIT]),
    misses: book.count([MISS]),
    merged: book.count([MERGED]),
    bypassed: book.count([BYPASSED]),
    msi: book.count([MSI]),
    faults: book.count(FAULTS),
    dropped: { frozen: book.count([FROZEN]), fenced: book.count([FENCED]) },
    readBytes: book.bytes('read'),
    writtenBytes: book.bytes('write'),
  };
}

/** Every window that had requests, and those that stood at the end without any. */
export function windowsOf(phb: PhbOutcome, scale: LatencyScale): Result['windows'] {
  const last = new Map(phb.windows.map((window) => [windowKey(window), window.account]));
  return phb.windows.flatMap((window) => {
    const { account, ...facts } = window;
    const book = bookOf([[phb, [account]]]);
    if (book.requests() === 0 && last.get(windowKey(window)) !== account) return [];
    return { phb: phb.phb, ...facts, ...trafficOf(book, scale) };
  });
}

/** Every PE that had a window. */
export function pesOf(phb: PhbOutcome, scale: LatencyScale): Result['pes'] {
  const pes = [...new Set(phb.windows.map((window) => window.pe))].sort((a, b) => a - b);
  return pes.map((pe) => ({ phb: phb.phb, pe, ...trafficOf(bookOfPe(phb, pe), scale) }));
}

/** The sum of a PE's windows. */
function bookOfPe(phb: PhbOutcome, pe: number): Book {
  const own = phb.windows.filter((window) => window.pe === pe);
  return bookOf([[phb, own.map((window) => window.account)]]);
}

function trafficOf(book: Book, scale: LatencyScale) {
  return { ...countersOf(book), latency: scale.latencyOf(book), parts: scale.partMeans(book) };
}

function windowKey(window: { pe: number; busAddress: string }): string {
  return `${window.pe} ${window.busAddress}`;
}
