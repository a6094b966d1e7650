/** The report's section on latency: of reads, of writes, of all, and what it is made of. */
import type { Result } from '../results/result-schema.ts';
import { parsePacing } from '../scenario/pacing.ts';
import type { Section } from './document.ts';
import {
  directions,
  LATENCY_HEAD,
  latencyCells,
  latencyReaches,
  PART_NAMES,
} from './latency-cells.ts';
import { formatCount, formatShare } from './numbers.ts';

/** From here on a mean wait in front of the link is worth a remark. */
const LONG_WAIT_NS = 10_000;
/** A link that carries this share of what it can is full, but for the time before and after the requests. */
const FULL_SHARE = 0.98;

/** Kills that hold the lookups for so much of the time leave no room for what comes at its own times. */
const HELD_SHARE = 0.9;
/** Kills that hold them for so much of the time are worth a word in a closed loop. */
const CLOSED_HELD_SHARE = 0.1;

/** Latency over all requests and its parts; parts in which nobody spent time are left out. */
export function latencySection(result: Result): Section {
  const { latency, faults, dropped } = result;
  const { parts } = latency;
  const rows = [
    ...directions(latency),
    ...PART_NAMES.filter(([name]) => parts[name].max > 0).map(
      ([name, words]) => [`  ${words}`, parts[name]] as const,
    ),
  ];
  const unserved = faults + dropped.frozen + dropped.fenced;
  return {
    title: 'Latency',
    tables: [
      {
        head: ['in ns', ...LATENCY_HEAD],
        rows: rows.map(([words, figures]) => [words, ...latencyCells(figures)]),
        bars: {
          head: '█ p50 ▓ p90 ▒ p99 ░ max',
          full: latency.max,
          rows: rows.map(([, figures]) => latencyReaches(figures)),
        },
      },
    ],
    remarks: [
      'The means of the parts add up to that of all requests; a part that is not shown took no time. docs/timing.md defines each.',
      ...(unserved > 0 ? ['Requests that were refused or dropped are among them.'] : []),
      ...overloadInWords(result),
      ...cutsInWords(result),
    ],
  };
}

/** Time that was not kept, for being longer than the unit remembers. */
function cutsInWords({ stalls, cutWaits }: Result): string[] {
  if (stalls + cutWaits === 0) return [];
  return [
    `The load is far more than can be served: ${formatCount(stalls)} requests arrived late because the unit was about 2^28 cycles behind, and ${formatCount(cutWaits)} waits were cut there (T6 of docs/timing.md).`,
  ];
}

/** What decides about the figures more than walks do: kills, and long waits in front of the link. */
export function overloadInWords(result: Result): string[] {
  return isClosed(result)
    ? [...killsInWords(result), ...waitsInWords(result)]
    : waitsInWords(result);
}

function isClosed({ scenario }: Result): boolean {
  return parsePacing(String(scenario.pace)).kind === 'closed';
}

/** In a closed loop nothing piles up behind kills, but all comes later. */
function killsInWords({ kills }: Result): string[] {
  if (kills.heldShare < CLOSED_HELD_SHARE) return [];
  return [`${heldWords(kills)}: the trace takes longer by them, and no latency shows it.`];
}

function heldWords({ heldShare }: Result['kills']): string {
  return `TCE kills hold the lookups ${formatShare(heldShare, 1)} of the time`;
}

/**
 * What long waits in front of the link mean. How they part into link and credits is no answer: who stands
 * behind a TLP that lacks credits waits for the link.
 */
function waitsInWords(result: Result): string[] {
  const { latency, link, kills, scenario } = result;
  const wait = latency.parts.link.mean + latency.parts.creditWait.mean;
  if (wait < LONG_WAIT_NS || wait < latency.mean / 2) return [];
  if (!isClosed(result) && kills.heldShare > HELD_SHARE) {
    return [
      `${heldWords(kills)}: requests come faster than they can be served, they pile up in front of the link, and their latency tells how long the trace is. With --pace closed:32 they come as fast as they are served.`,
    ];
  }
  const isFull = link.links === 1 && (link.upstream.share ?? 0) > FULL_SHARE;
  if (isClosed(result) || !isFull) {
    return ['Most of the latency is waiting for the link, or for credits in front of it.'];
  }
  const offers =
    parsePacing(String(scenario.pace)).kind === 'trace'
      ? 'the trace offers'
      : 'the interval offers';
  return [
    `Most of the latency is waiting for the link: ${offers} more than the ${link.gbps.toFixed(1)} Gb/s that it carries, and the queue in front of it grows.`,
  ];
}
