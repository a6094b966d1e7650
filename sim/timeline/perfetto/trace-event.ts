/** Events of the Trace Event Format ("Trace Event Format", Google, 2016), as far as timelines have them. */
import { microseconds } from './trace-clock.ts';

/** A track: a thread of a process, as the format has it. */
export interface Track {
  readonly pid: number;
  readonly tid: number;
  readonly name: string;
}

export type Arguments = Readonly<Record<string, string | number | boolean>>;

/** A slice of a track. */
export function slice(
  { pid, tid }: Track,
  [from, until]: readonly [number, number],
  name: string,
  cat: string,
  args: Arguments,
): string {
  const [ts, dur] = [microseconds(from), microseconds(until - from)];
  return JSON.stringify({ ph: 'X', pid, tid, ts, dur, name, cat, args });
}

/** A moment of a track. */
export function instant({ pid, tid }: Track, ns: number, name: string, args: Arguments): string {
  return JSON.stringify({
    ph: 'i',
    s: 't',
    pid,
    tid,
    ts: microseconds(ns),
    name,
    cat: 'kill',
    args,
  });
}

/** One end of an arrow between the slices that are open on two tracks; both ends have the same number. */
export function flow(
  end: 'from' | 'to',
  { pid, tid }: Track,
  ns: number,
  id: number,
  name: string,
): string {
  const side = end === 'from' ? { ph: 's' } : { ph: 'f', bp: 'e' };
  return JSON.stringify({ ...side, pid, tid, ts: microseconds(ns), id, name, cat: 'flow' });
}

/** A counter's value from a moment on. */
export function counter(pid: number, ns: number, name: string, value: number): string {
  return JSON.stringify({ ph: 'C', pid, ts: microseconds(ns), name, args: { value } });
}

/** The name of a track and its place among those of its process, or of a process where `tid` is absent. */
export function named(
  kind: 'process' | 'thread',
  pid: number,
  tid: number,
  name: string,
): string[] {
  const order = kind === 'process' ? pid : tid;
  return [
    JSON.stringify({ ph: 'M', pid, tid, name: `${kind}_name`, args: { name } }),
    JSON.stringify({
      ph: 'M',
      pid,
      tid,
      name: `${kind}_sort_index`,
      args: { sort_index: order },
    }),
  ];
}
