/** What a timeline shows, in the order in which it happened, and what is known of all of it. */
import type { KillRecord, RequestRecord, TimelineRecords } from '../replay/timeline/record.ts';

/** What a file says about itself. */
export interface TimelineFacts {
  /** Of tcesim. */
  readonly version: string;
  readonly trace: string;
  readonly seed: string;
  /** false when the run was stopped before the trace ended. */
  readonly isComplete: boolean;
}

/** What one PHB did. */
export interface PhbRecords {
  readonly phb: number;
  readonly timeline: TimelineRecords;
}

export type TimelineItem =
  | { readonly phb: number; readonly kind: 'request'; readonly record: RequestRecord }
  | { readonly phb: number; readonly kind: 'kill'; readonly record: KillRecord };

/** All requests and kills by arrival; at the same cycle by PHB, and requests first. */
export function itemsByArrival(phbs: readonly PhbRecords[]): TimelineItem[] {
  const items = phbs.flatMap(({ phb, timeline }): TimelineItem[] => [
    ...timeline.requests.map((record) => ({ phb, kind: 'request' as const, record })),
    ...timeline.kills.map((record) => ({ phb, kind: 'kill' as const, record })),
  ]);
  return items.sort((one, other) => one.record.arrive - other.record.arrive || one.phb - other.phb);
}

/** What a kill names: `kill page 0x10000 of PE 3`. */
export function nameOfKill({ kill }: KillRecord): string {
  switch (kill.scope) {
    case 'all':
      return 'kill all';
    case 'pe':
      return `kill PE ${kill.pe}`;
    case 'page':
      return `kill page 0x${kill.address.toString(16)} of PE ${kill.pe}`;
  }
}

/** A stretch of a kill, in cycles since the trace's start. */
export interface KillSpan {
  readonly step: 'turn' | 'poll' | 'queue' | 'hold' | 'sync';
  readonly from: number;
  readonly until: number;
}

/**
 * The way of a kill (T26 to T29): its turn comes when the one before it is written, software polls until there is
 * room, it queues until it leaves the lookup stage, holds that until it is retired, and software waits for what was
 * before it. None is empty.
 */
export function spansOfKill(record: KillRecord): KillSpan[] {
  const { arrive, written, polled, looked, retired, complete } = record;
  const spans: [KillSpan['step'], number, number][] = [
    ['turn', 0, written - polled],
    ['poll', written - polled, written],
    ['queue', written, looked],
    ['hold', looked, retired],
    ['sync', retired, complete],
  ];
  return spans
    .filter(([, from, until]) => until > from)
    .map(([step, from, until]) => ({ step, from: arrive + from, until: arrive + until }));
}
