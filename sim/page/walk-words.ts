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

/** The sentence for an outcome. */
export function cacheWords(outcome: string): string {
  return CACHE_WORDS[outcome] ?? outcome;
}
