/** The timeline that a run writes: what users say about it, and what they are told. */
import { extname } from 'node:path';
import { InputError } from '../../models/input-error.ts';
import type { Machine } from '../replay/machine.ts';
import type { ReplayOutcome } from '../replay/terms.ts';
import { formatCount, formatTime } from '../report/numbers.ts';
import { parseTimeWindow, WINDOW_FORM } from '../timeline/time-window.ts';
import {
  LIMIT_MAX,
  LIMIT_PRESET,
  TIMELINE_FORMATS,
  type TimelineFormat,
} from '../timeline/timeline-choice.ts';
import type { TimelineFile } from '../timeline/timeline-file.ts';
import { nsOf } from '../unit/clock.ts';
import { type Command, Option } from './program.ts';
import { parseShare } from './run-files.ts';
import { UsageError } from './usage-error.ts';

const FORMATS = Object.keys(TIMELINE_FORMATS) as TimelineFormat[];
const ENDINGS = FORMATS.flatMap((format) =>
  TIMELINE_FORMATS[format].map((ending) => [ending, format] as const),
);

/** What a user wrote about the timeline. */
export interface TimelineFlags {
  readonly timeline?: string;
  readonly timelineFormat?: TimelineFormat;
  readonly timelineWindow?: string;
  readonly timelineShare?: string;
  readonly timelineLimit?: string;
}

/** Gives a verb the options of a timeline. */
export function addTimelineOptions(verb: Command): void {
  verb
    .option('--timeline <file>', 'write what the unit did over time, for Perfetto or Konata')
    .addOption(
      new Option(
        '--timeline-format <form>',
        `of that file (by its ending: ${ENDINGS.map(([ending]) => ending).join(', ')})`,
      ).choices(FORMATS),
    )
    .option('--timeline-window <window>', `simulated time to show, ${WINDOW_FORM} (all)`)
    .option('--timeline-share <share>', 'of the requests to show, as 0.01 (1: all)')
    .option(
      '--timeline-limit <events>',
      `where the timeline is cut (${LIMIT_PRESET}; at most ${LIMIT_MAX})`,
    );
}

/** A timeline and its place. */
export interface OpenTimeline {
  readonly path: string;
  readonly file: TimelineFile;
}

/** Opens the timeline that the flags ask for. Throws UsageError, InputError where nothing can be written. */
export async function openTimeline(
  flags: TimelineFlags,
  { config }: Machine,
): Promise<OpenTimeline | undefined> {
  const { timeline: path, timelineFormat, timelineWindow, timelineShare, timelineLimit } = flags;
  if (path === undefined) {
    const lone = Object.entries({ timelineFormat, timelineWindow, timelineShare, timelineLimit });
    const [name] = lone.find(([, value]) => value !== undefined) ?? [];
    if (name === undefined) return undefined;
    throw new UsageError(
      `run: ${name.replace('timeline', '--timeline-').toLowerCase()} wants --timeline FILE`,
    );
  }
  if (path === '-') {
    throw new InputError('--timeline: expected a file, standard output has the report');
  }
  const choice = {
    format: timelineFormat ?? formatOf(path),
    window: parseTimeWindow(timelineWindow ?? '..', config.unit.clockMHz, '--timeline-window'),
    share: parseShare(timelineShare ?? '1', '--timeline-share'),
    limit: timelineLimit === undefined ? LIMIT_PRESET : parseLimit(timelineLimit),
  };
  const { TimelineFile } = await import('../timeline/timeline-file.ts');
  return { path, file: new TimelineFile(path, choice, config) };
}

/** Writes the timeline of a replay, and says on stderr where it is and whether something is not shown. */
export function finishTimeline(
  { path, file }: OpenTimeline,
  { phbs, isComplete }: ReplayOutcome,
  { config, seed }: Machine,
  run: { readonly version: string; readonly trace: string },
): void {
  const records = phbs.flatMap(({ phb, timeline }) => (timeline ? [{ phb, timeline }] : []));
  const { events, requests, kills, cutAt } = file.finish(records, { ...run, seed, isComplete });
  const told = `${path}: ${formatCount(events)} events`;
  const lack = requests + kills === 0 ? ', for nothing happened then' : cutWords(cutAt, config);
  process.stderr.write(`${told}${lack}\n`);
}

function cutWords(cutAt: number | undefined, { unit }: Machine['config']): string {
  if (cutAt === undefined) return '';
  const time = formatTime(nsOf(cutAt, unit.clockMHz));
  return `, cut by --timeline-limit at cycle ${formatCount(cutAt)} (${time})`;
}

function formatOf(path: string): TimelineFormat {
  const known = ENDINGS.find(([ending]) => ending === extname(path).toLowerCase());
  if (known) return known[1];
  throw new InputError(
    `--timeline: expected a file that ends in ${ENDINGS.map(([ending]) => ending).join(', ')}, or --timeline-format, got '${path}'`,
  );
}

function parseLimit(text: string): number {
  const limit = Number(text);
  if (/^\d+$/.test(text) && limit >= 1 && limit <= LIMIT_MAX) return limit;
  throw new InputError(`--timeline-limit: expected 1..${LIMIT_MAX}, got '${text}'`);
}
