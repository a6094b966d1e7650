/**
 * PHB3 of POWER8 (IODA2), as far as public sources go: skiboot hw/phb3.c, QEMU pnv_phb3.c and the
 * Linux powernv platform.
 */
import { assumed, documented, inferred } from '../origin.ts';
import { phb4 } from './phb4.ts';
import type { PhbSpec } from './spec.ts';

export const phb3: PhbSpec = {
  name: 'phb3',
  title: 'PHB3, POWER8, 256 PEs',
  ioda: 'ioda2',
  parameters: {
    ...phb4.parameters,
    unit: { clockMHz: assumed(250, 'grid clock / 4; 64 B a cycle is the rate of x16 Gen3') },
    pe: {
      count: documented(256, 'skiboot phb3.c ibm,opal-num-pes'),
      tvesPerPe: documented(2, 'skiboot phb3.c, TVT of 512 entries'),
    },
    pageShifts: documented([12, 16, 24, 28], 'skiboot phb3.c ibm,supported-tce-sizes'),
    rteCache: {
      entries: inferred(64, 'QEMU IODA2_TBL_RCAM index mask'),
      hitCycles: assumed(2, 'small CAM'),
    },
    tceCache: {
      ...phb4.parameters.tceCache,
      entries: inferred(64, 'QEMU IODA2_TBL_TCAM and TDR index mask 63'),
      ways: inferred(64, 'the tag array is a CAM: fully associative'),
      hash: inferred('plain', 'one set has nothing to hash'),
    },
    tags: {
      count: inferred(32, 'skiboot phb3.c writes 0xffffffff_00000000 to TCE_TAG_ENABLE'),
      merge: assumed(true, 'no public figure'),
    },
    kill: {
      allCycles: documented(128, 'skiboot phb3.c waits 512 ns for the cache to clear'),
      peCycles: assumed(64, 'one entry a cycle'),
      pageCycles: assumed(4, 'no public figure'),
      escalatePageKill: documented(false, 'Linux writes page kills to PHB3 directly'),
    },
  },
};
