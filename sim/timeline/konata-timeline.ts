/**
 * A timeline for Konata, the pipeline viewer: its log format Kanata 0004 (shioyadan/Konata, docs/kanata-log-format.md).
 * A request or a kill is an instruction, its parts are stages of lane 0, and the reads of its walk those of lane 1.
 * Times are cycles, as they are.
 */
import { hex } from '../../models/bits.ts';
import type { UnitConfig } from '../../models/phb/unit-config.ts';
import { formatRid } from '../../models/rte.ts';
import type { KillRecord, RequestRecord } from '../replay/timeline/record.ts';
import { SERVED } from '../unit/books/fixed-cycles.ts';
import { MSI, OUTCOMES } from '../unit/books/outcome.ts';
import { nameOfKill, spansOfKill, type TimelineItem } from './content.ts';
import { FetchesShown } from './fetches-shown.ts';
import { Passages, type Span } from './passage.ts';
import type { TimelineDrawing } from './timeline-drawing.ts';

/** Lanes of stages. */
const PARTS_LANE = 0;
const READS_LANE = 1;
/** How an instruction ends. */
const RETIRED = 0;
const FLUSHED = 1;

/** A command without its cycle; `R` gets the number of its retirement when it is written. */
type Command = readonly (string | number)[];
type TimedCommand = readonly [cycle: number, command: Command];

export class KonataTimeline implements TimelineDrawing {
  events = 0;
  private instructions = 0;
  private readonly commands: TimedCommand[] = [];
  private readonly passages: Passages;
  /** Instructions that fetch. */
  private readonly fetches = new FetchesShown<number>();

  constructor(
    config: UnitConfig,
    private readonly limit: number,
  ) {
    this.passages = new Passages(config);
  }

  add(item: TimelineItem): boolean {
    const { phb, kind, record } = item;
    const drawn = kind === 'request' ? this.request(phb, record) : this.kill(phb, record);
    if (this.events + drawn.length > this.limit) return false;
    this.events += drawn.length;
    this.instructions += 1;
    for (const command of drawn) this.commands.push(command);
    return true;
  }

  *text(facts: Readonly<Record<string, unknown>>, cutAt: number | undefined): Generator<string> {
    const last = cutAt ?? this.commands.reduce((most, [cycle]) => Math.max(most, cycle), 0);
    const all = [...this.commands, ...this.note(facts, last, cutAt !== undefined)];
    all.sort(([one], [other]) => one - other);
    let now = all[0][0];
    let retirements = 0;
    yield `Kanata\t0004\nC=\t${now}\n`;
    for (const [cycle, command] of all) {
      if (cycle !== now) yield `C\t${cycle - now}\n`;
      now = cycle;
      const [name, id, type] = command;
      if (name !== 'R') yield `${command.join('\t')}\n`;
      else {
        yield `R\t${id}\t${retirements}\t${type}\n`;
        if (type === RETIRED) retirements += 1;
      }
    }
  }

  private request(phb: number, record: RequestRecord): TimedCommand[] {
    const id = this.instructions;
    const passage = this.passages.of(record);
    const { number, arrive, isWrite, outcome, bytes, address, fetch } = record;
    const { walker, merge, until } = passage;
    const what = `${isWrite ? 'write' : 'read'} ${bytes} ${hex(address)}`;
    const commands: TimedCommand[] = [
      [arrive, ['I', id, number, phb]],
      [arrive, ['L', id, 0, `${number}: ${what} ${OUTCOMES[outcome]}`]],
      [arrive, ['L', id, 1, detailsOf(phb, record)]],
      ...passage.parts.flatMap((span) => stage(id, PARTS_LANE, span.part, span)),
    ];
    if (fetch && walker) {
      this.fetches.add(phb, record, walker.until, id);
      let from = walker.from;
      for (const { level, cycles } of fetch.reads) {
        const span = { from, until: from + cycles };
        commands.push(...stage(id, READS_LANE, `level${level}`, span));
        from = span.until;
      }
    }
    const awaited = merge && this.fetches.find(phb, record, merge.until);
    if (merge && awaited !== undefined) commands.push([merge.from, ['W', id, awaited, 0]]);
    const isServed = SERVED.includes(outcome) || outcome === MSI;
    commands.push([until, ['R', id, isServed ? RETIRED : FLUSHED]]);
    return commands;
  }

  private kill(phb: number, record: KillRecord): TimedCommand[] {
    const id = this.instructions;
    const { arrive, isLost, complete, dropped } = record;
    const details = isLost ? 'lost' : `${complete} cycles, dropped ${dropped} entries`;
    return [
      [arrive, ['I', id, id, phb]],
      [arrive, ['L', id, 0, nameOfKill(record)]],
      [arrive, ['L', id, 1, `PHB ${phb}, ${details}`]],
      ...spansOfKill(record).flatMap((span) => stage(id, PARTS_LANE, span.step, span)),
      [arrive + complete, ['R', id, isLost ? FLUSHED : RETIRED]],
    ];
  }

  /** What the file says about itself: an instruction behind all others, for the format has no comments. */
  private note(facts: object, cycle: number, isCut: boolean): TimedCommand[] {
    const id = this.instructions;
    const what = isCut ? 'cut here: the limit of events' : 'end';
    return [
      [cycle, ['I', id, id, 0]],
      [cycle, ['L', id, 0, `${what} (${JSON.stringify(facts)})`]],
      [cycle, ['S', id, PARTS_LANE, isCut ? 'cut' : 'end']],
      [cycle + 1, ['R', id, FLUSHED]],
    ];
  }
}

function stage(id: number, lane: number, name: string, { from, until }: Span): TimedCommand[] {
  return [
    [from, ['S', id, lane, name]],
    [until, ['E', id, lane, name]],
  ];
}

function detailsOf(phb: number, record: RequestRecord): string {
  const { rid, pe, latency, real } = record;
  const end = real === undefined ? '' : `, real address ${hex(real)}`;
  return `PHB ${phb}, ${formatRid(rid)}, PE ${pe}, ${latency} cycles${end}`;
}
