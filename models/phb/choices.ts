/** The words that parameters of a TCE unit can have, and figures that more than one file needs. */

export const HASHES = ['plain', 'xor'] as const;
export const REPLACEMENTS = ['lru', 'fifo', 'plru', 'random', 'belady'] as const;
export const GRANULES = ['entry', 'line'] as const;
export const HIT_UNDER_MISS = ['always', 'other-pes', 'never'] as const;
export const MERGES = ['none', 'entry', 'line'] as const;
export const KILL_SYNCS = ['none', 'reads', 'all'] as const;
export const INVALID_PES = ['refuse', 'wrap'] as const;
export const TVE_SELECTS = ['bit59', 'gte4gb'] as const;

/** Bytes that one unit of posted data credit stands for. */
export const CREDIT_BYTES = 16;
