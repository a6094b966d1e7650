/** Freezes of PEs and fences of PHBs: when, why, and what the PEST says. */
import { hex, hexRegister } from '../../models/bits.ts';
import { formatRid } from '../../models/rte.ts';
import type { PhbOutcome } from '../replay/phb-replay.ts';
import type { LatencyScale } from './latency.ts';
import type { Result } from './result-schema.ts';

type Freeze = Result['freezes']['list'][number];

/** The freezes of all PHBs, PHB by PHB. */
export function freezesOf(phbs: readonly PhbOutcome[], scale: LatencyScale): Result['freezes'] {
  return {
    count: phbs.reduce((sum, { freezes }) => sum + freezes.count, 0),
    list: phbs.flatMap((phb) => phb.freezes.list.map((freeze) => freezeOf(phb, freeze, scale))),
  };
}

/** The fences of all PHBs. */
export function fencesOf(phbs: readonly PhbOutcome[], scale: LatencyScale): Result['fences'] {
  return phbs.flatMap(({ phb, fences }) =>
    fences.map(({ cycle, until }) => ({
      phb,
      fromNs: scale.ns(cycle),
      untilNs: until === undefined ? null : scale.ns(until),
    })),
  );
}

function freezeOf(
  phb: PhbOutcome,
  freeze: PhbOutcome['freezes']['list'][number],
  scale: LatencyScale,
): Freeze {
  const { pe, cause, pest, rid, address, cycle, until } = freeze;
  return {
    phb: phb.phb,
    pe,
    cause,
    rid: rid === undefined ? null : formatRid(rid),
    address: address === undefined ? null : hex(address),
    pest0: pest === undefined ? null : hexRegister(pest.pest0),
    pest1: pest === undefined ? null : hexRegister(pest.pest1),
    fromNs: scale.ns(cycle),
    untilNs: until === undefined ? null : scale.ns(until),
  };
}
