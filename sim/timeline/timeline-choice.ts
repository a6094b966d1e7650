/** What users choose about a timeline. */
import type { Span } from './passage.ts';

/** Formats, and the endings of their files' names. */
export const TIMELINE_FORMATS = { perfetto: ['.json'], konata: ['.kanata', '.konata'] } as const;
export type TimelineFormat = keyof typeof TIMELINE_FORMATS;

/** Events beyond which a timeline is cut. */
export const LIMIT_PRESET = 100_000;
export const LIMIT_MAX = 1_000_000;

/** What a timeline is to show. */
export interface TimelineChoice {
  readonly format: TimelineFormat;
  readonly window: Span;
  readonly share: number;
  readonly limit: number;
}
