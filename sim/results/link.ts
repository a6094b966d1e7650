/** What went over the links of all PHBs: payload, bytes on the wire, and how much of a link that is. */
import { linkRate } from '../../models/phb/link-rate.ts';
import type { UnitConfig } from '../../models/phb/unit-config.ts';
import type { Book } from './book.ts';
import type { Result } from './result-schema.ts';

/** Gb/s of a link in each direction; 0: it takes no time. */
export function linkGbps({ link, unit }: Pick<UnitConfig, 'link' | 'unit'>): number {
  const { parts, partsPerCycle } = linkRate(link, unit.clockMHz);
  return parts === 0 ? 0 : (8 * unit.clockMHz * partsPerCycle) / (1000 * parts);
}

/** The traffic of `links` links, one a PHB, out of the book of a whole run; `simulatedNs` is its time. */
export function linkOf(
  book: Book,
  config: UnitConfig,
  links: number,
  simulatedNs: number,
): Result['link'] {
  const { requestOverheadBytes, completionOverheadBytes } = config.link;
  const limit = linkGbps(config);
  const directionOf = (payloadBytes: number, bytes: number) => {
    const gbps = simulatedNs === 0 ? 0 : (bytes * 8) / simulatedNs;
    return {
      payloadBytes,
      bytes,
      gbps: thousandth(gbps),
      share: limit === 0 ? null : gbps / (limit * Math.max(links, 1)),
    };
  };
  const sent = book.bytes('write') + book.requests() * requestOverheadBytes;
  const read = book.servedBytes('read');
  const returned = read + book.completions() * completionOverheadBytes;
  return {
    links,
    gbps: thousandth(limit),
    upstream: directionOf(book.servedBytes('write'), sent),
    downstream: directionOf(read, returned),
  };
}

function thousandth(value: number): number {
  return Math.round(value * 1000) / 1000;
}
