/**
 * The entry of an associative structure: four cells, so that a set of four is one 64-byte line of the
 * machine that simulates. Low and high half of the key, the slot of the payload, and
 * Belady's next use.
 */
export const ENTRY_CELLS = 4;

/** Cell of an entry in which Belady's policy keeps the number of the request that uses it next. */
export const NEXT_USE_CELL = 3;

/** High half of the key of an entry that holds nothing. */
export const EMPTY_KEY = -1;
