/** A timeline for ui.perfetto.dev and chrome://tracing: the Trace Event Format, an event a line. */
import type { UnitConfig } from '../../../models/phb/unit-config.ts';
import type { TimelineItem } from '../content.ts';
import type { TimelineDrawing } from '../timeline-drawing.ts';
import { type Drawing, PhbDrawing } from './phb-drawing.ts';

/** Events of a counter for a stretch that counts: where it begins, and where it ends. */
const EVENTS_PER_COUNT = 2;

export class PerfettoTimeline implements TimelineDrawing {
  events = 0;
  private readonly lines: string[] = [];
  private readonly phbs = new Map<number, PhbDrawing>();
  private flows = 0;

  /** `counts`: whether all requests are shown, so that counters tell how many there are. */
  constructor(
    private readonly config: UnitConfig,
    private readonly limit: number,
    private readonly counts: boolean,
  ) {}

  add(item: TimelineItem): boolean {
    const phb = this.phbOf(item.phb);
    const drawing = item.kind === 'request' ? phb.request(item.record) : phb.kill(item.record);
    const events = this.events + this.eventsOf(drawing);
    if (events > this.limit) return false;
    this.events = events;
    for (const event of drawing.events) this.lines.push(event);
    if (this.counts) phb.count(drawing);
    return true;
  }

  *text(facts: Readonly<Record<string, unknown>>): Generator<string> {
    yield `{"displayTimeUnit":"ns","otherData":${JSON.stringify(facts)},"traceEvents":[\n`;
    const phbs = [...this.phbs].sort(([one], [other]) => one - other).map(([, phb]) => phb);
    let separator = '';
    for (const part of [...phbs.map((phb) => phb.names()), this.lines]) {
      for (const line of part) {
        yield `${separator}${line}`;
        separator = ',\n';
      }
    }
    for (const phb of phbs) {
      for (const line of phb.counterEvents()) yield `,\n${line}`;
    }
    yield '\n]}\n';
  }

  private eventsOf({ events, counts }: Drawing): number {
    return events.length + (this.counts ? EVENTS_PER_COUNT * counts.length : 0);
  }

  private phbOf(phb: number): PhbDrawing {
    const known = this.phbs.get(phb);
    if (known) return known;
    const nextFlow = () => {
      this.flows += 1;
      return this.flows;
    };
    const drawing = new PhbDrawing(phb, this.config, nextFlow);
    this.phbs.set(phb, drawing);
    return drawing;
  }
}
