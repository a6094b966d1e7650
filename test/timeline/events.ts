/** Trace events as tests read them, and the rules of the format that every file keeps. */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';

export interface TraceEvent {
  readonly ph: 'X' | 'M' | 'C' | 's' | 'f' | 'i';
  readonly pid: number;
  readonly tid?: number;
  readonly ts?: number;
  readonly dur?: number;
  readonly name: string;
  readonly cat?: string;
  readonly id?: number;
  readonly bp?: string;
  readonly args?: Readonly<Record<string, unknown>>;
}

export interface TraceFile {
  readonly events: readonly TraceEvent[];
  readonly facts: Readonly<Record<string, unknown>>;
}

/** A slice with its track's name and its cycles, where it has them. */
export interface Slice {
  readonly track: string;
  readonly name: string;
  readonly cat: string;
  readonly cycle: number;
  readonly cycles: number;
  readonly args: Readonly<Record<string, unknown>>;
}

export function readTrace(path: string): TraceFile {
  const { traceEvents, otherData } = JSON.parse(readFileSync(path, 'utf8'));
  return { events: traceEvents, facts: otherData };
}

/** What Perfetto reads of a time: it multiplies by 1000 and cuts. */
const ns = (us: number | undefined) => Math.trunc((us as number) * 1000);
const trackOf = ({ pid, tid }: TraceEvent) => `${pid} ${tid}`;

/** Names of tracks by process and thread. */
function trackNames(events: readonly TraceEvent[]): Map<string, string> {
  const named = events.filter(({ name }) => name === 'thread_name');
  return new Map(named.map((event) => [trackOf(event), event.args?.name as string]));
}

/** All slices of a file. */
export function slicesOf({ events }: TraceFile): Slice[] {
  const names = trackNames(events);
  return events
    .filter(({ ph }) => ph === 'X')
    .map((event) => ({
      track: names.get(trackOf(event)) as string,
      name: event.name,
      cat: event.cat as string,
      cycle: event.args?.cycle as number,
      cycles: event.args?.cycles as number,
      args: event.args ?? {},
    }));
}

/** Values of a counter of a process, in the order of time. */
export function countsOf({ events }: TraceFile, counter: string, pid = 1): number[] {
  return events
    .filter(({ ph, name, pid: of }) => ph === 'C' && name === counter && of === pid)
    .sort((one, other) => (one.ts as number) - (other.ts as number))
    .map(({ args }) => args?.value as number);
}

/** Whether a file keeps the rules of the Trace Event Format, as Perfetto takes it. */
export function expectRules(file: TraceFile): void {
  const { events } = file;
  const names = trackNames(events);
  for (const { ph, pid, tid, ts, dur, name, args } of events) {
    const isTimed = ph !== 'M';
    const isWrong =
      !['X', 'M', 'C', 's', 'f', 'i'].includes(ph) ||
      !(Number.isInteger(pid) && pid > 0) ||
      (ph !== 'C' && !Number.isInteger(tid)) ||
      (isTimed && !(Number.isFinite(ts) && (ts as number) >= 0)) ||
      (ph === 'X') !== (dur !== undefined && dur >= 0) ||
      typeof name !== 'string' ||
      (ph === 'C' && !(Number.isInteger(args?.value) && (args?.value as number) >= 0));
    if (isWrong) expect({ ph, pid, tid, ts, dur, name }).toBe('a valid event');
  }
  const unnamed = events.filter((event) => 'sfXi'.includes(event.ph) && !names.has(trackOf(event)));
  expect(unnamed).toEqual([]);
  expect(file.facts.events).toBeGreaterThanOrEqual(events.filter(({ ph }) => ph !== 'M').length);
  expectNesting(file);
  expectFlows(events);
}

/** Slices of a track contain each other or do not meet; on tracks of the unit that are one thing, they do not nest. */
export function expectNesting({ events }: TraceFile): void {
  const names = trackNames(events);
  const byTrack = slicesByTrack(events);
  for (const [track, slices] of byTrack) {
    const isFlat = /link|stage|tag/.test(names.get(track) as string);
    const open: number[] = [];
    const sorted = slices
      .map((slice, at) => ({ at, from: ns(slice.ts), until: ns(slice.ts) + ns(slice.dur) }))
      .sort((a, b) => a.from - b.from || a.at - b.at);
    for (const { from, until } of sorted) {
      while (open.length > 0 && (open.at(-1) as number) <= from) open.pop();
      const parent = open.at(-1) ?? Infinity;
      if (until > parent || (isFlat && open.length > 0)) {
        expect([names.get(track), from, until, parent]).toBe('apart');
      }
      open.push(until);
    }
  }
}

/** Each arrow has one beginning and one end, which is not before it, both within slices of their tracks. */
function expectFlows(events: readonly TraceEvent[]): void {
  const begins = events.filter(({ ph }) => ph === 's');
  const ends = new Map(events.filter(({ ph }) => ph === 'f').map((end) => [end.id, end]));
  expect([begins.length, new Set(begins.map(({ id }) => id)).size]).toEqual([ends.size, ends.size]);
  const slices = slicesByTrack(events);
  const isWithin = (event: TraceEvent) =>
    (slices.get(trackOf(event)) ?? []).some(
      ({ ts, dur }) => ns(ts) <= ns(event.ts) && ns(event.ts) < ns(ts) + ns(dur),
    );
  for (const begin of begins) {
    const end = ends.get(begin.id) as TraceEvent;
    const isRight =
      end.bp === 'e' && ns(end.ts) >= ns(begin.ts) && isWithin(begin) && isWithin(end);
    if (!isRight) expect([begin, end]).toBe('an arrow');
  }
}

function slicesByTrack(events: readonly TraceEvent[]): Map<string, TraceEvent[]> {
  const byTrack = new Map<string, TraceEvent[]>();
  for (const event of events.filter(({ ph }) => ph === 'X')) {
    const track = trackOf(event);
    const slices = byTrack.get(track) ?? [];
    byTrack.set(track, slices);
    slices.push(event);
  }
  return byTrack;
}
