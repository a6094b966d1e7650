/**
 * The named parts that a request's latency is the sum of, in the order in which it passes them.
 * docs/timing.md says what each one measures.
 */
export const PARTS = [
  'admission',
  'rte',
  'tve',
  'lookup',
  'tagWait',
  'walk',
  'mergeWait',
  'orderWait',
  'dma',
] as const;

export type PartName = (typeof PARTS)[number];

export const ADMISSION = 0;
export const RTE = 1;
export const TVE = 2;
export const LOOKUP = 3;
export const TAG_WAIT = 4;
export const WALK = 5;
export const MERGE_WAIT = 6;
export const ORDER_WAIT = 7;
export const DMA = 8;
