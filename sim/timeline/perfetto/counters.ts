/** How many of something there are at the same time: counters that change where a stretch begins or ends. */
import type { Span } from '../passage.ts';
import type { TraceClock } from './trace-clock.ts';
import { counter } from './trace-event.ts';

export class Counters {
  /** Changes by the counter's name, then by cycle. */
  private readonly changes = new Map<string, Map<number, number>>();

  /** One more for a stretch of time. */
  add(name: string, { from, until }: Span): void {
    const changes = this.changes.get(name) ?? new Map<number, number>();
    this.changes.set(name, changes);
    changes.set(from, (changes.get(from) ?? 0) + 1);
    changes.set(until, (changes.get(until) ?? 0) - 1);
  }

  /** The events of a process. */
  events(pid: number, clock: TraceClock): string[] {
    return [...this.changes].flatMap(([name, changes]) => {
      let value = 0;
      return [...changes]
        .filter(([, change]) => change !== 0)
        .sort(([one], [other]) => one - other)
        .map(([cycle, change]) => {
          value += change;
          return counter(pid, clock.ns(cycle), name, value);
        });
    });
  }
}
