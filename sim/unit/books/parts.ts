/**
 * The named parts that a request's latency is the sum of, in the order in which it passes them.
 * docs/timing.md says what each one measures.
 */
export const PARTS = [
  'creditWait',
  'link',
  'admission',
  'rte',
  'tve',
  'lookup',
  'tagWait',
  'walkerWait',
  'walk',
  'mergeWait',
  'orderWait',
  'engineWait',
  'dma',
  'completion',
] as const;

/**
 * A part of a request's latency, by name; docs/timing.md says what each one measures.
 * @useDeclaredType
 */
export type PartName = (typeof PARTS)[number];

export const CREDIT_WAIT = 0;
export const LINK = 1;
export const ADMISSION = 2;
export const RTE = 3;
export const TVE = 4;
export const LOOKUP = 5;
export const TAG_WAIT = 6;
export const WALKER_WAIT = 7;
export const WALK = 8;
export const MERGE_WAIT = 9;
export const ORDER_WAIT = 10;
export const ENGINE_WAIT = 11;
export const DMA = 12;
export const COMPLETION = 13;
