/**
 * The locked memory that a window will cost, as get_table_size of powernv reckons it before anything is
 * allocated (pci-ioda-tce.c, earlier pci-ioda.c): every level as if the table were full.
 */

const TCE_SHIFT = 3;

/** A table of `levels` levels of 2^levelShift bytes for 2^entryBits TCEs. */
export interface ChargedTable {
  readonly entryBits: number;
  readonly levels: number;
  readonly levelShift: number;
}

/** Bytes charged for a table. */
export type ChargeRule = (table: ChargedTable) => bigint;

/** Linux 4.19 and later: the hardware's tree and the mirror, each with at least a table a level. */
export const chargeBothTrees: ChargeRule = (table) => {
  const least = 1n << BigInt(table.levelShift);
  return 2n * sumOfLevels(table, least);
};

/** Linux 4.2 to 4.18: the hardware's tree; a level above a table smaller than a leaf counts nothing. */
export const chargeHardwareTree: ChargeRule = (table) => sumOfLevels(table, 0n);

function sumOfLevels({ entryBits, levels, levelShift }: ChargedTable, least: bigint): bigint {
  const levelBytes = 1n << BigInt(levelShift);
  let tableBytes = entryBits + TCE_SHIFT > 12 ? 1n << BigInt(entryBits + TCE_SHIFT) : 4096n;
  let sum = 0n;
  for (let level = 0; level < levels; level += 1) {
    sum += ((tableBytes + levelBytes - 1n) / levelBytes) * levelBytes;
    const parentBytes = (tableBytes / levelBytes) * 8n;
    tableBytes = parentBytes > least ? parentBytes : least;
  }
  return sum;
}
