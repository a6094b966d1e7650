/**
 * PHB4 of POWER9 (IODA3). The public specification gives register layouts, not the cache's geometry
 * or any latency: what is not in firmware, QEMU or a manual is marked inferred or assumed.
 */
import { assumed, documented, inferred } from '../origin.ts';
import type { PhbSpec } from './spec.ts';

const NO_SOURCE = 'no public figure';

/** The larger PHB4 (PHB0 and PHB3 of a POWER9). */
export const phb4: PhbSpec = {
  name: 'phb4',
  title: 'PHB4, POWER9, 512 PEs',
  ioda: 'ioda3',
  parameters: {
    unit: { clockMHz: assumed(500, 'grid clock / 4; 64 B a cycle is the rate of x16 Gen4') },
    pe: {
      count: documented(512, 'QEMU pnv_phb4.h PNV_PHB4_MAX_PEs'),
      tvesPerPe: documented(2, 'skiboot phb4-regs.h PHB_CTRLR TVT_ADDR_SEL, default'),
    },
    pageShifts: documented([12, 16, 21, 30], 'skiboot phb4.c ibm,supported-tce-sizes'),
    rteCache: {
      entries: inferred(128, 'QEMU IODA3_TBL_RCAM index mask'),
      hitCycles: assumed(2, 'small CAM'),
    },
    tvt: { readCycles: assumed(2, 'SRAM with ECC') },
    tceCache: {
      entries: inferred(1024, 'QEMU IODA3_TBL_TCR index mask 1023'),
      ways: assumed(4, 'skiboot phberr.py names a multi-way hit, not the ways'),
      hash: assumed('xor', 'skiboot phberr.py names a THASH array, not the function'),
      replacement: assumed('lru', NO_SOURCE),
      lookupCycles: assumed(4, 'SRAM with ECC and compare'),
      responseCycles: assumed(4, 'response queue and fill'),
      negative: inferred(true, 'Linux invalidates on map as well as on unmap'),
    },
    walkCache: { entries: assumed(0, 'no source says that indirect TCEs are cached') },
    tags: {
      count: inferred(64, 'skiboot phb4.c writes all ones to TCE_TAG_ENABLE'),
      merge: assumed(true, NO_SOURCE),
    },
    memory: {
      readNs: assumed(200, 'about 90 ns of DRAM and two clock crossings'),
      cachedReadNs: assumed(120, 'a line in a cache of the host'),
      cachedLines: assumed(65_536, '8 MiB of the host caches hold tables'),
    },
    dma: {
      readNs: assumed(300, 'order of the read slot time behind skiboot e876514b3'),
      writeNs: assumed(0, 'a posted write ends when it is handed on'),
    },
    kill: {
      allCycles: assumed(1024, 'one entry a cycle'),
      peCycles: assumed(1024, 'one entry a cycle'),
      pageCycles: assumed(8, NO_SOURCE),
      escalatePageKill: documented(true, 'skiboot 2b0b6a1a0 (HW560152), since v7.0'),
    },
    msi: {
      window32: documented(true, 'Linux powernv and QEMU PHBn_CONFIG[8]'),
      window64: documented(true, 'QEMU PHBn_CONFIG[14]'),
    },
  },
};

/** The smaller PHB4 (the other four of a POWER9). */
export const phb4Small: PhbSpec = {
  ...phb4,
  name: 'phb4-small',
  title: 'PHB4, POWER9, 256 PEs',
  parameters: {
    ...phb4.parameters,
    pe: { ...phb4.parameters.pe, count: documented(256, 'QEMU pnv_phb4.h PNV_PHB4_MAX_PEs / 2') },
    rteCache: {
      ...phb4.parameters.rteCache,
      entries: inferred(64, 'QEMU IODA3_TBL_RCAM index mask, small PHB'),
    },
    tceCache: {
      ...phb4.parameters.tceCache,
      entries: inferred(512, 'QEMU IODA3_TBL_TCR index mask 511, small PHB'),
    },
    kill: {
      ...phb4.parameters.kill,
      peCycles: assumed(512, 'one entry a cycle'),
      allCycles: assumed(512, 'one entry a cycle'),
    },
  },
};
