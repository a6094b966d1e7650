/**
 * R6, R7 and R9: what software pays for mappings, in shape. One processor does the work of a packet or a page
 * for itself, does the mapping, and a device or a lock sets a floor. Nobody published the costs of R6 and R7: they
 * were chosen so that the measured ratios come out, and these rows are no evidence. R9 calibrates one cost with
 * one figure, as its source allows, and predicts another.
 */
import { assumed, documented, inferred } from '../../models/origin.ts';
import type { Experiment, Row } from './experiment.ts';

/** R6: a page of a guest's stream, with an H_PUT_TCE for its mapping and one for its unmapping. ns. */
const GUEST = {
  pageBytes: documented(4096, 'the default window of a guest has pages of 4 KiB'),
  callsOfPage: documented(2, 'the guest maps and unmaps each'),
  workOfPage: assumed(3000, 'network stack of the guest, POWER7'),
  callToUser: assumed(8000, 'exit to QEMU, VFIO ioctl with a page to pin, and back; chosen'),
  callInKernel: assumed(750, 'the real-mode handler of KVM'),
} as const;

/** MB/s of a guest's stream if a call takes so long. */
function guestMbytesPerSecond(callNs: number): number {
  const pageNs = GUEST.workOfPage.value + GUEST.callsOfPage.value * callNs;
  return (GUEST.pageBytes.value * 1000) / pageNs;
}

/** R7: transactions of many sessions on all processors; each maps under a lock of the table. ns. */
const HOST = {
  processors: assumed(32, 'threads of a POWER7 with eight cores'),
  workOfTransaction: assumed(18_000, 'TCP request and response, without its mappings; chosen'),
  underLock: assumed(1000, 'the search for a free range and the write of the TCEs; chosen'),
  /** The TCEs are written and the cache is flushed outside of the lock since the second change. */
  searchUnderLock: assumed(760, 'the search alone; chosen, 1000 / 1.32'),
  pools: documented(4, 'Linux iommu_table: four pools by processor, and one for large ranges'),
} as const;

/** Transactions a second: as many as processors do, or as a lock of `locks` equal ones lets through. */
function transactionRate(lockedNs: number, locks: number): number {
  const { processors, workOfTransaction } = HOST;
  const unlocked = processors.value / (workOfTransaction.value + HOST.underLock.value);
  return Math.min(unlocked, locks / lockedNs) * 1e9;
}

/** R9: packets of 1500 bytes on 10 GbE, each mapped and unmapped; times in packets of the line. */
const LINE = {
  /** Strict invalidation reaches this share of the line: the cost of one is calibrated with it. */
  strictShare: documented(0.43, 'vIOMMU, USENIX ATC 2011'),
  invalidationsOfBatch: documented(250, 'vIOMMU: a purge each 250 entries or 10 ms'),
  processorShare: inferred(
    1,
    'optimistic teardown reaches the line: without invalidation it is full',
  ),
} as const;

/** Share of the line if an invalidation serves so many packets. */
export function lineShare(packetsOfInvalidation: number): number {
  const own = LINE.processorShare.value;
  const invalidation = 1 / LINE.strictShare.value - own;
  return Math.min(1, 1 / (own + invalidation / packetsOfInvalidation));
}

const CHOSEN =
  'the costs were chosen so that the measured ratio comes out; no evidence of anything';

function row(
  id: string,
  published: number,
  tolerance: number,
  figure: () => number,
  calibrated?: string,
): Row {
  return {
    id,
    published,
    unit: 'ratio',
    tolerance,
    measure: { kind: 'model', figure },
    ...(calibrated !== undefined && { calibrated }),
  };
}

export const hypercallSpeed: Experiment = {
  id: 'R6',
  title: 'TCE hypercalls in the kernel against in QEMU, shape',
  source: 'KVM patch letter of 2013: 220 MB/s become 750 to 1020 on 10 GbE',
  rows: [
    row(
      'R6.ratio',
      4.05,
      0.65 / 4.05,
      () => {
        const { callInKernel, callToUser } = GUEST;
        return guestMbytesPerSecond(callInKernel.value) / guestMbytesPerSecond(callToUser.value);
      },
      CHOSEN,
    ),
  ],
};

export const lockContention: Experiment = {
  id: 'R7',
  title: 'one lock of the iommu_table against pools, shape',
  source: 'Linux powerpc commits of 2012, 100 sessions of TCP_RR on POWER7: + 69 % and + 32 %',
  rows: [
    row(
      'R7.pools',
      1.69,
      0.23,
      () => {
        const { underLock, pools } = HOST;
        return transactionRate(underLock.value, pools.value) / transactionRate(underLock.value, 1);
      },
      CHOSEN,
    ),
    row(
      'R7.shortLock',
      1.32,
      0.23,
      () => {
        const { underLock, searchUnderLock } = HOST;
        return transactionRate(searchUnderLock.value, 1) / transactionRate(underLock.value, 1);
      },
      CHOSEN,
    ),
  ],
};

export const strictAgainstDeferred: Experiment = {
  id: 'R9',
  title: 'deferred against strict invalidation on 10 GbE',
  source: 'Amit et al., "vIOMMU", USENIX ATC 2011: 43 % and 91 % of the line',
  rows: [
    row('R9.ratio', 91 / 43, 0.15, () => lineShare(LINE.invalidationsOfBatch.value) / lineShare(1)),
  ],
};
