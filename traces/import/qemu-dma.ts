/**
 * The `iommu_dma` line that a build of QEMU with it added logs for each piece of a DMA, whatever the IOMMU:
 * the region's name tells whose it is.
 */
import { decimal, form, hexadecimal, startsAt, word } from './line-form.ts';
import type { DmaPiece, QemuEvent, QemuEventGroup } from './qemu-event.ts';
import type { QemuPowernv } from './qemu-powernv.ts';
import type { QemuPseries } from './qemu-pseries.ts';

/** The region of a pseries window: `tce-iommu-80000001` (hw/ppc/spapr_iommu.c). */
const PSERIES_REGION = new TextEncoder().encode('tce-iommu-');

export class QemuDma implements QemuEventGroup {
  readonly events: Readonly<Record<string, QemuEvent>>;

  constructor(powernv: QemuPowernv, pseries: QemuPseries) {
    const region = word('region');
    const liobn = hexadecimal('region', 32);
    const address = hexadecimal('iova', 64);
    const asked = hexadecimal('len_in', 32);
    const length = hexadecimal('len', 32);
    const write = decimal('w', 1);
    const real = hexadecimal('pa', 64);
    const mask = hexadecimal('mask', 64);
    const permission = decimal('perm', 4);
    const piece: DmaPiece = { address, asked: 0, length: 0, write: false, real };
    this.events = {
      iommu_dma: {
        form: form`${region} iova=${address} len_in=${asked} len=${length} w=${write} pa=${real} mask=${mask} perm=${permission}`,
        take: () => {
          piece.asked = asked.low >>> 0;
          piece.length = length.low >>> 0;
          piece.write = write.value === 1;
          const { bytes, from, end } = region;
          const isPseries =
            startsAt(PSERIES_REGION, bytes, from) &&
            liobn.read(bytes, from + PSERIES_REGION.length) === end;
          if (isPseries) pseries.dma(liobn.low, piece);
          else powernv.dma(piece);
        },
      },
    };
  }
}
