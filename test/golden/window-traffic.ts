/**
 * Traffic of the scenarios whose two windows belong to the command line's kind, `windows:` with `map:`:
 * on two PHBs three PEs, one of them with two devices, which come back to a few hundred places of both
 * windows while software maps, unmaps and kills pages. The trace has an order and no times.
 */
import { encodeKill } from '../../models/tce-kill.ts';
import type { Ioda } from '../../models/tve.ts';
import { CSV_CLOCK_ORDER } from '../../traces/import/csv.ts';
import { Rows } from './rows.ts';

const PHBS = [0, 2];
const EVENTS = 3000;
const PLACES = 150;
/** Bus addresses that the devices use of each window. */
const SPAN_BYTES = 2 ** 29;
const READ_WRITE = 3n;
const RIDS_BY_PE = [[0x100], [0x200, 0x208], [0x300]] as const;

/** A DMA window as the scenario makes it. */
export interface WindowAtHand {
  readonly base: bigint;
  readonly pageShift: number;
}

/** A place that devices come back to. */
interface Place extends WindowAtHand {
  readonly offset: bigint;
}

/** The rows for such windows of a PHB, always the same. */
export function windowTraffic(windows: readonly WindowAtHand[], ioda: Ioda): string[] {
  const rows = new Rows('golden/windows');
  const places: Place[] = Array.from({ length: PLACES }, () => ({
    ...rows.pick(windows),
    offset: BigInt(64 * rows.below(SPAN_BYTES / 64 - 64)),
  }));
  for (let event = 0; event < EVENTS; event += 1) {
    const phb = rows.pick(PHBS);
    const pe = 1 + rows.below(RIDS_BY_PE.length);
    const place = rows.pick(places);
    const { base, pageShift, offset } = place;
    const kind = rows.below(25);
    if (kind === 0) mapAgain(rows, phb, pe, place);
    else if (kind === 1) {
      const page = { scope: 'page', pe, address: base + pageOf(place), pageShift } as const;
      rows.add('kill', { phb }, { value: encodeKill(page, ioda) });
    } else {
      const rid = rows.pick<number>(RIDS_BY_PE[pe - 1] as readonly number[]);
      const length = rows.pick([64, 256, 1024, 4096]);
      rows.add(rows.pick(['read', 'write']), { phb, rid, pe }, { address: base + offset, length });
    }
  }
  return [CSV_CLOCK_ORDER, ...rows.all];
}

/** Software takes a page away and gives it back: a kill each time. */
function mapAgain(rows: Rows, phb: number, pe: number, place: Place): void {
  const { base, pageShift } = place;
  const page = pageOf(place);
  const cells = { address: base + page, length: 2 ** pageShift };
  rows.add('unmap', { phb, pe }, cells);
  rows.add('map', { phb, pe }, { ...cells, value: page + READ_WRITE });
}

/** The place's page, from the start of its window. */
function pageOf({ offset, pageShift }: Place): bigint {
  return (offset >> BigInt(pageShift)) << BigInt(pageShift);
}
