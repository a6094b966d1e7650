/**
 * How the host's own use of TCE tables differs from one kernel version to the next, as data. Read in
 * arch/powerpc/kernel/iommu.c and arch/powerpc/platforms/powernv/{pci-ioda.c,pci.h} of 4.9, 4.19.220, 5.17 and
 * 6.x; in which release between them a behaviour changed is inferred.
 */
import type { EraName } from '../era.ts';

export interface HostDmaFacts {
  /** The default window: up to the 32-bit MMIO space in 4K pages, or as large as its bitmap may be. */
  readonly defaultWindow: 'belowMmio' | 'largest';
  /**
   * POWERNV_IOMMU_DEFAULT_LEVELS. One until 5.3; 4.19.220 has two, with levels on demand, by a change of
   * mainline's 5.4 that stable kernels took over.
   */
  readonly defaultLevels: number;
  /** Whether a small request that no small pool can serve may have entries of the large pool. */
  readonly largePoolIsLastResort: boolean;
  /** What map_sg returns when it fails: no segments, or -EIO. */
  readonly scatterFailureCode: number;
  /** PEs of a PHB3 whose first TVE may be rebuilt to reach all memory from 4 GiB on. */
  readonly rebuiltTve: 'none' | 'oneVendor' | 'oneDevice';
  /** What becomes of a device whose mask of 33 to 63 bits no bypass can serve. */
  readonly middleMask: 'window' | 'refused';
}

const FACTS_4_2: HostDmaFacts = {
  defaultWindow: 'belowMmio',
  defaultLevels: 1,
  largePoolIsLastResort: false,
  scatterFailureCode: 0,
  rebuiltTve: 'none',
  middleMask: 'window',
};

const FACTS_5_17: HostDmaFacts = {
  defaultWindow: 'largest',
  defaultLevels: 2,
  largePoolIsLastResort: true,
  scatterFailureCode: -5,
  rebuiltTve: 'oneDevice',
  middleMask: 'window',
};

const FACTS: Readonly<Record<EraName, HostDmaFacts>> = {
  '4.2': FACTS_4_2,
  '4.19': { ...FACTS_4_2, defaultLevels: 2, rebuiltTve: 'oneVendor', middleMask: 'refused' },
  '5.17': FACTS_5_17,
  '6.12': FACTS_5_17,
};

/** The facts of an era. */
export function hostDmaFacts(era: { readonly name: EraName }): HostDmaFacts {
  return FACTS[era.name];
}
