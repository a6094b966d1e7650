/** The file of a timeline, in the format that its reader wants; it appears under its name when it is whole. */
import type { UnitConfig } from '../../models/phb/unit-config.ts';
import { OutputFile } from '../../traces/output-file.ts';
import type { TimelineTask } from '../replay/timeline/record.ts';
import { itemsByArrival, type PhbRecords, type TimelineFacts } from './content.ts';
import { KonataTimeline } from './konata-timeline.ts';
import { PerfettoTimeline } from './perfetto/perfetto-timeline.ts';
import type { TimelineChoice } from './timeline-choice.ts';
import type { TimelineDrawing } from './timeline-drawing.ts';

/** The fewest events of what is shown; see recorder.ts. */
const EVENTS_MIN = 2;
/** Characters that are written together. */
const PIECE = 2 ** 16;

/** What became of a timeline. */
export interface WrittenTimeline {
  readonly events: number;
  readonly requests: number;
  readonly kills: number;
  /** Cycle of the first item that the limit left out; undefined where all are there. */
  readonly cutAt: number | undefined;
}

export class TimelineFile {
  private readonly file: OutputFile;

  /** Throws InputError where nothing can be written. */
  constructor(
    path: string,
    private readonly choice: TimelineChoice,
    private readonly config: UnitConfig,
  ) {
    this.file = new OutputFile(path);
  }

  /** What a replay writes down for it. */
  get task(): TimelineTask {
    const { window, share, limit } = this.choice;
    return { ...window, share, most: Math.floor(limit / EVENTS_MIN) + 1 };
  }

  /** The replay is over: draws what was written down. */
  finish(phbs: readonly PhbRecords[], facts: TimelineFacts): WrittenTimeline {
    const drawing = this.drawing();
    const items = itemsByArrival(phbs);
    const cut = items.findIndex((item) => !drawing.add(item));
    const shown = cut < 0 ? items : items.slice(0, cut);
    const requests = shown.filter(({ kind }) => kind === 'request').length;
    const cutAt = items[cut]?.record.arrive;
    const written = { events: drawing.events, requests, kills: shown.length - requests, cutAt };
    try {
      this.write(drawing.text(this.describe(facts, written), cutAt));
      this.file.finish();
    } catch (error) {
      this.file.abandon();
      throw error;
    }
    return written;
  }

  private drawing(): TimelineDrawing {
    const { format, limit, share } = this.choice;
    return format === 'konata'
      ? new KonataTimeline(this.config, limit)
      : new PerfettoTimeline(this.config, limit, share === 1);
  }

  private describe(facts: TimelineFacts, { cutAt, ...counts }: WrittenTimeline) {
    const { window, share, limit } = this.choice;
    return {
      tcesim: facts.version,
      trace: facts.trace,
      seed: facts.seed,
      clockMHz: this.config.unit.clockMHz,
      fromCycle: window.from,
      untilCycle: Number.isFinite(window.until) ? window.until : null,
      share,
      limit,
      ...counts,
      cutAtCycle: cutAt ?? null,
      complete: facts.isComplete,
    };
  }

  private write(pieces: Iterable<string>): void {
    let text = '';
    for (const piece of pieces) {
      text += piece;
      if (text.length < PIECE) continue;
      this.file.write(Buffer.from(text));
      text = '';
    }
    this.file.write(Buffer.from(text));
  }
}
