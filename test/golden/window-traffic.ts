/**
 * Traffic of the scenarios whose two windows belong to the command line's kind, `windows:` with `map:`:
 * on two PHBs three PEs, one of them with two devices, which come back to a few hundred places of both
 * windows while software maps, unmaps and kills pages. The trace has an order and no times.
 */
import { encodeKill } from '../../models/tce-kill.ts';
import type { Ioda } from '../../models/tve.ts';
import { Rows } from './rows.ts';

const PHBS = [0, 2];
const EVENTS = 3000;
const PLACES = 150;
/** Bus addresses that the devices use of each window. */
const SPAN_BYTES = 2 ** 29;
const RIDS_BY_PE = [[0x100], [0x200, 0x208], [0x300]] as const;

/** A DMA window as the scenario makes it. */
export interface WindowAtHand {
  readonly base: bigint;
  readonly pageShift: number;
}

/** The rows for such windows of a PHB, always the same. */
export function windowTraffic(windows: readonly WindowAtHand[], ioda: Ioda): string[] {
  const rows = new Rows('golden/windows');
  const places = Array.from({ length: PLACES }, () => ({
    ...rows.pick(windows),
    offset: BigInt(64 * rows.below(SPAN_BYTES / 64 - 64)),
  }));
  for (let event = 0; event < EVENTS; event += 1) {
    const phb = rows.pick(PHBS);
    const pe = 1 + rows.below(RIDS_BY_PE.length);
    const rid = rows.pick(RIDS_BY_PE[pe - 1]);
    const { base, pageShift, offset } = rows.pick(places);
    const address = base + offset;
    const shift = BigInt(pageShift);
    const page = (address >> shift) << shift;
    const length = rows.pick([64, 256, 1024, 4096]);
    switch (rows.below(25)) {
      case 0: {
        const bytes = 2 ** pageShift;
        rows.add('unmap', { phb, pe }, { address: page, length: bytes });
        rows.add('map', { phb, pe }, { address: page, length: bytes, value: (offset >> shift) << shift | 3n });
        break;
      }
      case 1: {
        const kill = { scope: 'page', pe, address: page, pageShift } as const;
        rows.add('kill', { phb }, { value: encodeKill(kill, ioda) });
        break;
      }
      default:
        rows.add(rows.pick(['read', 'write']), { phb, rid, pe }, { address, length });
    }
  }
  return rows.all;
}
