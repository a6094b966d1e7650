/**
 * What became of a request. Each request is counted under exactly one outcome, so their sum is the
 * number of requests.
 */
export const OUTCOMES = [
  'hit',
  'line-hit',
  'miss',
  'merged',
  'bypassed',
  'msi',
  'page-fault',
  'access-fault',
  'tve-invalid',
  'tvt-address',
  'unsupported-address',
  'bad-rte',
  'frozen',
  'fenced',
] as const;

/**
 * What became of a request, by name; docs/counters.md defines each.
 * @useDeclaredType
 */
export type OutcomeName = (typeof OUTCOMES)[number];

/** Codes by name, as counters are indexed. */
export const HIT = 0;
export const LINE_HIT = 1;
export const MISS = 2;
export const MERGED = 3;
export const BYPASSED = 4;
export const MSI = 5;
/** Requests that were refused: from the first of these codes to the last. */
export const PAGE_FAULT = 6;
export const ACCESS_FAULT = 7;
export const TVE_INVALID_FAULT = 8;
export const TVT_ADDRESS_FAULT = 9;
export const UNSUPPORTED_ADDRESS = 10;
export const BAD_RTE = 11;
/** Requests that were dropped unseen: their PE was frozen, or the PHB fenced. */
export const FROZEN = 12;
export const FENCED = 13;
