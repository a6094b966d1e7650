/**
 * The Intel systems of pcie-bench (Neugebauer et al., "Understanding PCIe performance for end host networking",
 * SIGCOMM 2018; github.com/pcie-bench/data, folders of each system with `iommu-nosp`): an NFP6000 card on PCIe
 * Gen3 x8, IO pages of 4 KiB. Cache and walk are inferred from the latencies of single reads (R2); they then
 * predict the bandwidth of writes and reads (R1), of which only the two ends of writes are used: the card's own
 * interval, where nothing misses, and the number of walkers, where everything does. What a miss adds is the mean
 * of misses, since walkers are busy for the mean; with the medians (227 and 280 ns) HSW would be up to 3.0 % off
 * and BDW 4.4 %.
 */
import { assumed, inferred, type Parameter } from '../../models/origin.ts';

/** What is known of a system; times in ns. */
export interface IntelSystem {
  readonly name: string;
  readonly cpu: string;
  /** A read of 64 bytes whose translation is cached, there and back. */
  readonly hitNs: Parameter<number>;
  /** The same through the card's DMA engine, which bandwidth is measured with. */
  readonly dmaHitNs: Parameter<number>;
  /** What a miss adds. */
  readonly missNs: Parameter<number>;
  /** Translations that are cached. */
  readonly entries: Parameter<number>;
  readonly walkers: Parameter<number>;
  /** Between two writes of 64 bytes of the card. */
  readonly issueNs: Parameter<number>;
  /** Reads of the card that are on their way. */
  readonly readsOutstanding: Parameter<number>;
  /** Writes of the card that are on their way. */
  readonly outstanding: Parameter<number>;
}

const LATENCY = 'lat_cmd_sweep_rd_rnd_64.csv, cold';
const BANDWIDTH = 'bw_dma_win_sweep_wr_rnd_64.csv, cold';

const ISSUE = inferred(21.1, `${BANDWIDTH}: 64 bytes at 24.27 Gb/s, where nothing misses`);
const OUTSTANDING = assumed(64, 'not published; 32 to 128 give the same within 1 %');
const READS_OUTSTANDING = inferred(
  32,
  'PCI Express: tags have five bits unless extended ones are enabled; and docs/validation.md, reads of BDW',
);

function system(
  name: string,
  cpu: string,
  { hitNs, dmaHitNs, missNs, entries, saturatedNs }: Readonly<Record<string, number>>,
  saturated = BANDWIDTH,
): IntelSystem {
  return {
    name,
    cpu,
    hitNs: inferred(hitNs, `${LATENCY}: mean of windows whose pages are all cached`),
    dmaHitNs: inferred(dmaHitNs, 'lat_dma_sweep_rd_rnd_64.csv, cold: the same'),
    missNs: inferred(missNs, `${LATENCY}: what the mean of large windows is above that`),
    entries: inferred(entries, `${LATENCY}: mean = hit + miss (1 - entries / pages)`),
    walkers: inferred(
      walkersOf(missNs, saturatedNs),
      `${saturated}: a write in ${saturatedNs} ns where all miss, times ${missNs} ns of walk`,
    ),
    issueNs: ISSUE,
    readsOutstanding: READS_OUTSTANDING,
    outstanding: OUTSTANDING,
  };
}

/** Walks at the same time, if one of `missNs` is over every `saturatedNs`: a whole number. */
export function walkersOf(missNs: number, saturatedNs: number): number {
  return Math.max(1, Math.round(missNs / saturatedNs));
}

const INTEL_SYSTEMS: readonly IntelSystem[] = [
  system('HSW', 'E5-2620v3', {
    hitNs: 480.4,
    dmaHitNs: 601.5,
    missNs: 229,
    entries: 119,
    saturatedNs: 45.9,
  }),
  system('BDW', 'E5-2630v4', {
    hitNs: 490.5,
    dmaHitNs: 611.6,
    missNs: 288,
    entries: 116,
    saturatedNs: 45.7,
  }),
  system(
    'IB',
    'E5-2620v2',
    {
      hitNs: 494.9,
      dmaHitNs: 618,
      missNs: 299,
      entries: 123,
      saturatedNs: 53.6,
    },
    'the closed form of its sweep, 268 ns of walk over 5 walkers',
  ),
];

/** The system of a name, in any case. */
export function intelSystem(name: string | undefined): IntelSystem | undefined {
  return INTEL_SYSTEMS.find((each) => each.name === name?.toUpperCase());
}
