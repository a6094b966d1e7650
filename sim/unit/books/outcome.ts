/**
 * What became of a request. Each request is counted under exactly one outcome, so their sum is the
 * number of requests.
 */
export const OUTCOMES = [
  'hit',
  'miss',
  'merged',
  'bypassed',
  'msi',
  'page-fault',
  'access-fault',
  'tve-invalid',
  'tvt-address',
  'unsupported-address',
] as const;

/** Codes by name, as counters are indexed. */
export const HIT = 0;
export const MISS = 1;
export const MERGED = 2;
export const BYPASSED = 3;
export const MSI = 4;
/** The first outcome that is a fault; all behind it are. */
export const PAGE_FAULT = 5;
export const ACCESS_FAULT = 6;
export const TVE_INVALID_FAULT = 7;
export const TVT_ADDRESS_FAULT = 8;
export const UNSUPPORTED_ADDRESS = 9;
