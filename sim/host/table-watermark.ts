/** What Linux keeps back from requests for table memory on a host whose free blocks were counted. */
import { type Buddyinfo, isTableZone } from '../../models/memory/buddyinfo.ts';
import { type Watermark, watermarkOf } from '../../models/memory/watermark.ts';

/** What the file does not tell. */
export interface HostSize {
  /** Memory of the host; absent: nothing is kept back. */
  readonly ramBytes?: bigint;
  /** vm.min_free_kbytes in bytes; absent: what Linux computes from the memory. */
  readonly minFreeBytes?: bigint;
}

/** The marks of each zone for tables; the file does not say how large zones are: taken as equal. */
export function tableWatermark(
  info: Pick<Buddyinfo, 'basePageShift' | 'zones'>,
  { ramBytes, minFreeBytes }: HostSize,
): Watermark | undefined {
  if (ramBytes === undefined) return undefined;
  const zones = info.zones.filter(({ zone }) => isTableZone(zone)).length;
  return watermarkOf({
    pageShift: info.basePageShift,
    zoneBytes: ramBytes / BigInt(Math.max(zones, 1)),
    hostBytes: ramBytes,
    ...(minFreeBytes !== undefined && { minFreeBytes }),
  });
}
