/**
 * R5: HyperSIO, the simulator of HyperTRIO (Lavrov and Wentzlaff, ISCA 2020; PrincetonUniversity/hypersio), on
 * this engine: an IOTLB in the device, and behind 450 ns of PCIe each way page caches and memory of 50 ns. The
 * translations of a packet are three requests, spread over the time in which it comes over the link.
 *
 * All pages are 2 MiB here: HyperSIO takes the set of any page from those address bits, so that hits are the
 * same, and its sets do not tell tenants apart. A table of one level stands for its walk: 950 ns where its page
 * caches hold the upper levels, 1000 ns where not. The 16 ways of these are a directory that has room for the
 * tables of 16 tenants: 256 lines each, with the kernel's mirror.
 */
import type { Result } from '../results/result-schema.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Experiment, Row } from './experiment.ts';
import { bareScenario } from './study-unit.ts';

/** What is told apart: entries and ways of the IOTLB, tenants, packets in the pending translation buffer. */
interface HyperPoint {
  readonly entries: number;
  readonly ways: number;
  readonly tenants: number;
  readonly buffer: number;
}

const PACKET_BITS = 1542 * 8;
const REQUESTS_OF_PACKET = 3;
const LINES_OF_TENANT = 256;
const PAGE_CACHE_WAYS = 16;
/** A PHB has 512 PEs, and PE# 0 is none of the generator's. */
const TENANTS_MAX = 511;
const PACKETS = 20_000;
const PACKETS_OF_TENANT_MIN = 40;

function hyperScenario({ entries, ways, tenants, buffer }: HyperPoint): Scenario {
  const packets = tenants * Math.max(PACKETS_OF_TENANT_MIN, Math.floor(PACKETS / tenants));
  // HyperSIO lets a packet in while fewer translations than the buffer holds are on their way: whole packets.
  const outstanding = Math.ceil(buffer / REQUESTS_OF_PACKET) * REQUESTS_OF_PACKET;
  const set = {
    requests: String(packets * REQUESTS_OF_PACKET),
    devices: String(tenants),
    page: '2M',
    length: '64',
    wait: buffer === 1 ? 'yes' : 'no',
  };
  return bareScenario({
    windows: ['2M:4G:levels=1'],
    pace: `closed:${outstanding},every:20.56`,
    generate: { generator: 'hypersio', set },
    set: {
      'link.payloadBytes': 4096,
      'tceCache.entries': entries,
      'tceCache.ways': ways,
      'rteCache.hitCycles': 10,
      'tceCache.lookupCycles': 20,
      'memory.readNs': 1000,
      'memory.cachedReadNs': 950,
      'memory.cachedLines': LINES_OF_TENANT * PAGE_CACHE_WAYS,
      'dma.readNs': 0,
      'kill.sync': 'all',
      'kill.pageCycles': 0,
      'kill.queueDepth': 0,
    },
  });
}

/** Gb/s of packets, each counted as 1542 bytes. */
function packetGbps({ dmas, simulatedNs }: Result): number {
  return ((dmas / REQUESTS_OF_PACKET) * PACKET_BITS) / simulatedNs;
}

/** `['PTB1', 'T16']`, or with another IOTLB `['PTB1', 'T16', '48x48']`. */
function scenarioOf([buffer, tenants, shape = '64x8']: readonly string[]): Scenario | undefined {
  const [, packets] = /^PTB(\d{1,4})$/.exec(buffer ?? '') ?? [];
  const [, count] = /^T(\d{1,3})$/.exec(tenants ?? '') ?? [];
  const [, entries, ways] = /^(\d{1,6})x(\d{1,6})$/.exec(shape) ?? [];
  const point = {
    entries: Number(entries),
    ways: Number(ways),
    tenants: Number(count),
    buffer: Number(packets),
  };
  const isKnown = point.tenants <= TENANTS_MAX && Object.values(point).every((each) => each >= 1);
  return isKnown ? hyperScenario(point) : undefined;
}

function bandwidthRow(names: string, published: number, tolerance: number, cause?: string): Row {
  return {
    id: `R5.${names}`,
    published,
    unit: 'Gb/s',
    tolerance,
    measure: {
      kind: 'replay',
      scenario: scenarioOf(names.split('.')) as Scenario,
      figure: packetGbps,
    },
    ...(cause !== undefined && { cause }),
  };
}

export const hypersio: Experiment = {
  id: 'R5',
  title: 'tenants on one link of 200 Gb/s',
  source: 'HyperSIO, ISCA 2020, PrincetonUniversity/hypersio: the simulator itself',
  about:
    'T: tenants, which send packets in turn. PTB: a packet is let in while fewer translations than that are on their way; it has three. ' +
    '48x48: an IOTLB of 48 entries in one set in the place of 64 in 8 ways. Gb/s of packets, not of DMA.',
  rows: [
    bandwidthRow('PTB1.T1', 197.3, 0.02),
    bandwidthRow('PTB1.T2', 182.4, 0.02),
    bandwidthRow('PTB1.T4', 156.8, 0.02),
    bandwidthRow('PTB1.T8', 39.5, 0.02),
    bandwidthRow('PTB1.T16', 12.56, 0.02),
    bandwidthRow('PTB1.T32', 11.88, 0.02),
    bandwidthRow('PTB1.T64', 11.86, 0.02),
    bandwidthRow('PTB1.T16.48x48', 153.95, 0.02),
    {
      id: 'R5.PTB1.T16.hits',
      published: 0,
      unit: 'hits',
      tolerance: 0,
      measure: {
        kind: 'replay',
        scenario: scenarioOf(['PTB1', 'T16']) as Scenario,
        figure: ({ hits }) => hits,
      },
    },
    bandwidthRow('PTB32.T4', 202.0, 0.02),
    bandwidthRow(
      'PTB32.T16',
      201.4,
      0.1,
      'HyperSIO takes a place in the IOTLB when the translation arrives, and hits where order says miss',
    ),
    bandwidthRow('PTB32.T64', 138.5, 0.1),
  ],
  scenarioOf,
};
