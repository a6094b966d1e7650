/** R8: geometry of TCE tables and the calls that fill them. No clock: the figures are the models' own. */
import { directMapCost } from '../../models/pseries/direct-map.ts';
import { parseSize } from '../../models/size.ts';
import { isRefused, type TableGeometry, tableGeometry } from '../../models/table/geometry.ts';
import type { Experiment, Row } from './experiment.ts';

const KIB = 2 ** 10;
const MIB = 2 ** 20;

/** TCEs, bytes of the table and calls of a direct map of all memory, 512 TCEs a call. */
const DIRECT_MAPS: readonly (readonly [ram: string, page: string, ...cost: number[]])[] = [
  ['16G', '4K', 4_194_304, 32 * MIB, 8192],
  ['16G', '64K', 262_144, 2 * MIB, 512],
  ['16G', '2M', 8192, 65_536, 16],
  ['16G', '16M', 1024, 8192, 2],
  ['16G', '1G', 16, 128, 1],
  ['64G', '4K', 16_777_216, 128 * MIB, 32_768],
  ['64G', '64K', 1_048_576, 8 * MIB, 2048],
  ['64G', '2M', 32_768, 262_144, 64],
  ['64G', '16M', 4096, 32_768, 8],
  ['64G', '1G', 64, 512, 1],
  ['1T', '4K', 268_435_456, 2048 * MIB, 524_288],
  ['1T', '64K', 16_777_216, 128 * MIB, 32_768],
  ['1T', '2M', 524_288, 4 * MIB, 1024],
  ['1T', '16M', 65_536, 524_288, 128],
  ['1T', '1G', 1024, 8192, 2],
];

/** Of powernv's 64 TiB window in 64 KiB pages, which the memory of NVLink2 GPUs was mapped in. */
const NVLINK_WINDOW = { pageShift: 16, levels: 2, windowBytes: 1n << 46n, basePageShift: 16 };
const NVLINK_TOP = 0x2440_0000_0000n + 0x20_0000_0000n;
/** The default window of a powernv host. */
const DEFAULT_WINDOW = { pageShift: 16, levels: 2, windowBytes: 1n << 43n, basePageShift: 16 };

export const tableGeometries: Experiment = {
  id: 'R8',
  title: 'TCE tables and hypervisor calls: the same numbers',
  source:
    'Linux powernv/pci-ioda-tce.c and the commits of its NVLink2 and default windows; pseries/iommu.c',
  rows: [
    exact('nvlink2.full', 4656, 'MiB', () => leafMib(NVLINK_TOP)),
    // 32 GB of memory behind the GPU, as the message of commit a68bd1267b72 has it.
    exact('nvlink2.onDemand', 4, 'MiB', () => leafMib(32n << 30n)),
    exact('default.entries', 16_384, 'TCEs', () => geometryOf(DEFAULT_WINDOW).entriesPerLevel),
    exact('default.bytes', 128, 'KiB', () => geometryOf(DEFAULT_WINDOW).levelBytes / KIB),
    ...DIRECT_MAPS.flatMap(([ram, page, ...cost]) => directMapRows(ram, page, cost)),
  ],
};

function directMapRows(ram: string, page: string, published: readonly number[]): Row[] {
  const cost = () => {
    const shift = Math.log2(Number(parseSize(page, 'page')));
    return directMapCost(parseSize(ram, 'memory'), shift);
  };
  const [tces, bytes, calls] = published;
  const name = `direct.${ram}.${page}`;
  return [
    exact(`${name}.tces`, tces, 'TCEs', () => Number(cost().tces)),
    exact(`${name}.bytes`, bytes, 'bytes', () => Number(cost().tableBytes)),
    exact(`${name}.calls`, calls, 'calls', () => Number(cost().calls)),
  ];
}

/** MiB of leaf tables for so many bytes of bus addresses from an aligned one on. */
function leafMib(bytes: bigint): number {
  const { pageShift, entriesPerLevel, levelBytes } = geometryOf(NVLINK_WINDOW);
  const leaves = Number(bytes >> BigInt(pageShift)) / entriesPerLevel;
  return (leaves * levelBytes) / MIB;
}

function geometryOf(request: Parameters<typeof tableGeometry>[0]): TableGeometry {
  const geometry = tableGeometry(request);
  if (isRefused(geometry)) throw new Error(geometry.reason);
  return geometry;
}

function exact(name: string, published: number, unit: string, figure: () => number): Row {
  const measure = { kind: 'model', figure } as const;
  return { id: `R8.${name}`, published, unit, tolerance: 0, measure };
}
