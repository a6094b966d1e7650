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
    link: {
      ...phb4.parameters.link,
      generation: documented(3, 'skiboot phb3.c, PCIe Gen3'),
      width: documented(16, 'hostboot target_types.xml (POWER8)'),
    },
    pe: {
      ...phb4.parameters.pe,
      count: documented(256, 'skiboot phb3.c ibm,opal-num-pes'),
      tvesPerPe: documented(2, 'skiboot phb3.c, TVT of 512 entries'),
      tveSelect: documented('bit59', 'QEMU pnv_phb3.c, address bit 59'),
    },
    pageShifts: documented([12, 16, 24, 28], 'skiboot phb3.c ibm,supported-tce-sizes'),
    rteCache: {
      entries: inferred(64, 'QEMU IODA2_TBL_RCAM index mask'),
      hitCycles: assumed(2, 'small CAM'),
      invalidPe: documented('refuse', 'QEMU pnv_phb3.c fails the translation'),
    },
    tceCache: {
      ...phb4.parameters.tceCache,
      entries: inferred(64, 'QEMU IODA2_TBL_TCAM and TDR index mask 63'),
      ways: inferred(64, 'the tag array is a CAM: fully associative'),
      hash: inferred('plain', 'one set has nothing to hash'),
      granule: inferred('entry', 'QEMU IODA2_TBL_TDR has as many rows as tags, of 8 bytes'),
    },
    tags: {
      count: inferred(32, 'skiboot phb3.c writes 0xffffffff_00000000 to TCE_TAG_ENABLE'),
      merge: assumed('line', 'no public figure'),
    },
    fault: { freezesPe: inferred(true, 'skiboot phb3.c, freeze masks of INA and INB errors') },
    lineBuffer: { entries: inferred(0, 'no source names one for PHB3') },
    dma: { ...phb4.parameters.dma, readEngines: assumed(32, 'half of a PHB4') },
    kill: {
      allCycles: inferred(
        128,
        'skiboot phb3.c waits 512 ns while the cache is cleared at start; at the assumed clock',
      ),
      peCycles: assumed(64, 'one entry a cycle'),
      pageCycles: assumed(4, 'no public figure'),
      queueDepth: assumed(0, 'kills are plain stores, nobody polls'),
      dropWhenFull: documented(false, 'skiboot 2b0b6a1a0: HW560152 is an erratum of PHB4 and PHB5'),
      sync: documented('none', 'Linux pnv_pci_phb3_tce_invalidate ends with its stores'),
      dropsWalkCaches: assumed(true, 'which indirect TCEs a page used is not tracked'),
      escalatePageKill: documented(false, 'Linux writes page kills to PHB3 directly'),
    },
  },
};
