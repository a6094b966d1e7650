/**
 * PHB4 of POWER9 (IODA3). The public specification gives register layouts, not the cache's geometry
 * or any latency: what is not in firmware, QEMU or a manual is marked inferred or assumed.
 */
import { assumed, documented, inferred } from '../origin.ts';
import type { PhbSpec } from './spec.ts';

const NO_SOURCE = 'no public figure';
const NO_WALK_CACHE = 'no source says that indirect TCEs are cached';

/** The larger PHB4 (PHB0 and PHB3 of a POWER9). */
export const phb4: PhbSpec = {
  name: 'phb4',
  title: 'PHB4, POWER9, 512 PEs',
  ioda: 'ioda3',
  parameters: {
    unit: { clockMHz: assumed(500, 'grid clock / 4; 64 B a cycle is the rate of x16 Gen4') },
    link: {
      generation: documented(4, 'skiboot phb4.c, PCIe Gen4'),
      width: documented(16, 'QEMU pnv_phb4_pec.c, hostboot: PEC0 has x16'),
      gbps: assumed(0, 'the rate of generation and width'),
      payloadBytes: assumed(256, 'set by firmware and the devices on the bus'),
      readRequestBytes: documented(512, 'PCIe Base Specification, default Max_Read_Request_Size'),
      requestOverheadBytes: documented(
        24,
        'pcie-bench (SIGCOMM 2018): 2 framing, 6 data link, 4 + 12 header',
      ),
      completionOverheadBytes: documented(
        20,
        'pcie-bench (SIGCOMM 2018): 2 framing, 6 data link, 4 + 8 header',
      ),
    },
    credits: {
      postedHeaders: assumed(128, NO_SOURCE),
      postedData: assumed(2048, `${NO_SOURCE}; 32 KiB, a microsecond of x16 Gen4`),
      nonPostedHeaders: assumed(128, NO_SOURCE),
    },
    pe: {
      count: documented(512, 'QEMU pnv_phb4.h PNV_PHB4_MAX_PEs'),
      tvesPerPe: documented(2, 'skiboot phb4-regs.h PHB_CTRLR TVT_ADDR_SEL, default'),
      tveSelect: documented('bit59', 'skiboot phb4.c; TVE1_4GB is an option of OPAL'),
    },
    pageShifts: documented([12, 16, 21, 30], 'skiboot phb4.c ibm,supported-tce-sizes'),
    rteCache: {
      entries: inferred(128, 'QEMU IODA3_TBL_RCAM index mask'),
      hitCycles: assumed(2, 'small CAM'),
      invalidPe: inferred('refuse', 'skiboot phb4.c: RXE_ARB[40] raises an interrupt, no freeze'),
    },
    tvt: { readCycles: assumed(2, 'SRAM with ECC') },
    tceCache: {
      entries: inferred(1024, 'QEMU IODA3_TBL_TCR index mask 1023'),
      ways: assumed(4, 'skiboot phberr.py names a multi-way hit, not the ways'),
      hash: assumed('xor', 'skiboot phberr.py names a THASH array, not the function'),
      replacement: assumed('lru', NO_SOURCE),
      granule: inferred('entry', 'QEMU IODA3_TBL_TDR has as many rows as tags, of 8 bytes'),
      lookupCycles: assumed(4, 'SRAM with ECC and compare'),
      responseCycles: assumed(4, 'response queue and fill'),
      negative: inferred(true, 'Linux invalidates on map as well as on unmap'),
      hitUnderMiss: assumed('always', NO_SOURCE),
    },
    lineBuffer: {
      entries: documented(0, 'skiboot 15b93a301 (HW557787) switches it off, since v6.8'),
    },
    walkCache: {
      level1: assumed(0, NO_WALK_CACHE),
      level2: assumed(0, NO_WALK_CACHE),
      level3: assumed(0, NO_WALK_CACHE),
      level4: assumed(0, NO_WALK_CACHE),
    },
    tags: {
      count: inferred(64, 'skiboot phb4.c writes all ones to TCE_TAG_ENABLE'),
      merge: assumed('line', NO_SOURCE),
    },
    walkers: { count: assumed(0, 'each tag walks by itself') },
    memory: {
      readNs: assumed(200, 'about 90 ns of DRAM and two clock crossings'),
      cachedReadNs: assumed(120, 'a line in a cache of the host'),
      cachedLines: assumed(65_536, '8 MiB of the host caches hold tables'),
      remoteShare: assumed(0, 'one node'),
      retryNs: assumed(60, NO_SOURCE),
    },
    dma: {
      readNs: assumed(300, 'order of the read slot time behind skiboot e876514b3'),
      writeNs: assumed(0, 'a posted write ends when it is handed on'),
      readEngines: assumed(64, 'skiboot phb4.c: PEC2 of a POWER9 has 64'),
    },
    kill: {
      allCycles: assumed(1024, 'one entry a cycle'),
      peCycles: assumed(1024, 'one entry a cycle'),
      pageCycles: assumed(8, NO_SOURCE),
      queueDepth: assumed(8, 'skiboot phberr.py names a kill queue, not its depth'),
      dropWhenFull: assumed(false, 'HW560152 says that it may happen; with page kills only'),
      sync: documented('reads', 'skiboot phb4.c phb4_tce_kill ends with a DMA read sync'),
      dropsWalkCaches: assumed(true, 'which indirect TCEs a page used is not tracked'),
      escalatePageKill: documented(true, 'skiboot 2b0b6a1a0 (HW560152), since v7.0'),
    },
    fault: { freezesPe: documented(true, 'skiboot phb4.c phb4_init_errors') },
    msi: {
      window32: inferred(true, 'QEMU PHBn_CONFIG[8]; Linux powernv uses 32-bit MSIs'),
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
    link: {
      ...phb4.parameters.link,
      width: documented(8, 'QEMU pnv_phb4_pec.c, hostboot: PEC1 has x8 + x8'),
    },
    pe: { ...phb4.parameters.pe, count: documented(256, 'QEMU pnv_phb4.h PNV_PHB4_MAX_PEs / 2') },
    rteCache: {
      ...phb4.parameters.rteCache,
      entries: inferred(64, 'QEMU IODA3_TBL_RCAM index mask, small PHB'),
    },
    tceCache: {
      ...phb4.parameters.tceCache,
      entries: inferred(512, 'QEMU IODA3_TBL_TCR index mask 511, small PHB'),
    },
    dma: {
      ...phb4.parameters.dma,
      readEngines: assumed(32, 'skiboot phb4.c: half of a PEC of two PHBs'),
    },
    kill: {
      ...phb4.parameters.kill,
      peCycles: assumed(512, 'one entry a cycle'),
      allCycles: assumed(512, 'one entry a cycle'),
    },
  },
};
