/** The report's section on TCE kills: how many, what they dropped, and how long they took. */
import type { UnitConfig } from '../../models/phb/unit-config.ts';
import type { Result } from '../results/result-schema.ts';
import type { Section, Table } from './document.ts';
import { LATENCY_HEAD, latencyCells } from './latency-cells.ts';
import { formatCount, formatCountOf, formatShare, formatTime } from './numbers.ts';

/** Whether a result has kills to tell of. */
export function hasKills({ kills }: Result): boolean {
  return kills.all + kills.pe + kills.page + kills.ignored + kills.lost > 0;
}

/** Kills by scope, and the times from their arrival on. */
export function killsSection(result: Result): Section {
  const { kills } = result;
  const rows = [
    ['whole cache', formatCount(kills.all)],
    ['PE', formatCount(kills.pe)],
    ['page', formatCount(kills.page)],
    ...(kills.ignored > 0 ? [['none that the register names', formatCount(kills.ignored)]] : []),
    ...(kills.lost > 0 ? [['page, lost: the queue was full', formatCount(kills.lost)]] : []),
  ];
  const times: Table = {
    head: ['in ns', ...LATENCY_HEAD],
    rows: [
      ['completion', ...latencyCells(kills.completion)],
      ['stale window', ...latencyCells(kills.staleWindow)],
    ],
  };
  const scopes: Table = { head: ['scope', 'kills'], rows };
  return {
    title: 'TCE kills',
    tables: kills.completion.count > 0 ? [scopes, times] : [scopes],
    remarks: remarksOn(result),
  };
}

function remarksOn({ kills, scenario }: Result): string[] {
  const remarks = [];
  if (kills.completion.count > 0) {
    const { granule } = (scenario.set as UnitConfig).tceCache;
    const entries = formatCountOf(kills.droppedEntries, granule === 'line' ? 'line' : 'TCE');
    remarks.push(
      'From the arrival of a kill: completion until software may go on, the stale window until no old translation is in use.',
      `They dropped ${entries} from the TCE caches and held the lookups of all PHBs together for ${formatTime(kills.heldNs)}, ${formatShare(kills.heldShare, 1)} of their summed time.`,
    );
  }
  if (kills.lost > 0) remarks.push(lostInWords(kills));
  if (kills.polls > 0) {
    remarks.push(
      `${formatCountOf(kills.polls, 'kill')} found the queue full; software polled for ${formatTime(kills.pollNs)}.`,
    );
  }
  if (String(scenario.pace).startsWith('closed')) {
    remarks.push(
      'In a closed loop a request behind a kill arrives when the kill is over: no latency above contains one. Each kill waits for the one before it, too, so that kill.queueDepth and kill.dropWhenFull cannot act.',
    );
  }
  return remarks;
}

function lostInWords({ lost, staleUses }: Result['kills']): string {
  const [were, they, their] = lost === 1 ? ['was', 'it', 'its'] : ['were', 'they', 'their'];
  return `${formatCountOf(lost, 'kill')} ${were} lost: what ${they} named stays cached, ${their} stale window has no end; ${formatCountOf(staleUses, 'request')} used a translation that memory no longer held.`;
}
