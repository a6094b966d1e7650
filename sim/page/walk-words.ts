/** What the outcome of a request says about the TCE cache and the tables. */

const CACHE_WORDS: Readonly<Record<string, string>> = {
  hit: 'The TCE cache held the translation: no table was read.',
  'line-hit': 'The line buffer held the translation, the TCE cache did not: no table was read.',
  miss: 'The TCE cache did not hold the translation: this request walked the table for it.',
  merged: 'Another request was already fetching the translation: this one waited for it.',
  bypassed: 'The window is not translated: there is no table.',
  msi: 'A message interrupt: it is no access to memory, and no table was read.',
  'page-fault': 'Refused: the TCE has no permission bit, the page is not mapped.',
  'access-fault': 'Refused: the TCE forbids this direction.',
  'tve-invalid': 'Refused: the PE has no valid window there.',
  'tvt-address': 'Refused: the address lies outside of the window.',
  'unsupported-address': 'Refused: address bits 63:60 select nothing.',
  'bad-rte': 'Refused: the RID has no PE that exists.',
  frozen: 'Dropped unseen: its PE was frozen.',
  fenced: 'Dropped unseen: the PHB was fenced.',
};

/** Refused by what a TCE says. */
const OF_FAULT = ['page-fault', 'access-fault'];
/** Requests of these outcomes came as far as a table, or as a TCE out of it. */
const OF_TABLE = ['hit', 'line-hit', 'miss', 'merged', ...OF_FAULT];
/** Requests of these outcomes came as far as a TVE. */
const OF_TVE = [...OF_TABLE, 'bypassed', 'tve-invalid', 'tvt-address'];

/** Whether a request met a TVE, and a table, by its outcome. */
export function stationsMet(outcome: string): { tve: boolean; table: boolean } {
  return { tve: OF_TVE.includes(outcome), table: OF_TABLE.includes(outcome) };
}

/** The sentence for an outcome. */
export function cacheWords(outcome: string): string {
  return CACHE_WORDS[outcome] ?? outcome;
}

/** Why a request that met a table read none of it: it waited for another's walk, or what it wanted was cached. */
export function unreadWords(hasWaitedForWalk: boolean): string {
  return hasWaitedForWalk ? 'read by another request' : 'not read: the TCE was at hand';
}

/** Where a request that was refused at its TCE had the TCE from; others tell by their outcome. */
export function tceWords(outcome: string, hasRead: boolean, hasWaitedForWalk: boolean): string {
  if (!OF_FAULT.includes(outcome)) return '';
  if (hasRead) return ' It walked the table itself.';
  return hasWaitedForWalk
    ? ' Another request was already fetching the TCE: this one waited for it.'
    : ' The TCE was at hand: no table was read.';
}
