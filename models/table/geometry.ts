/**
 * The shape of a TCE table as Linux powernv decides it from (window, IO page, levels, page size of
 * the kernel), after arch/powerpc/platforms/powernv/pci-ioda-tce.c (5.17): every level has the same
 * size and at least one page, so a window is often larger than what was asked for. Also what the
 * table will cost: the locked memory that the process is charged, before anything is allocated.
 */
import { log2Exact } from '../bits.ts';
import { describeBytes, formatSize } from '../size.ts';
import { type ChargeRule, chargeBothTrees, chargeHardwareTree } from './charge.ts';

/** POWERNV_IOMMU_MAX_LEVELS, powernv/pci.h. */
export const TABLE_LEVELS_MAX = 5;
const TCE_SHIFT = 3;

/** What changed between versions of the kernel. */
export interface GeometryRules {
  /** Tables that reach so many bus address bits are refused; absent: none is. */
  readonly reachBitsLimit?: number;
  readonly charge: ChargeRule;
}

/** Linux 4.2 to 4.18. */
export const GEOMETRY_4_2: GeometryRules = { charge: chargeHardwareTree };

/** Linux 4.19 and later: the hardware ignores bus address bits from 55 up (pci-ioda-tce.c). */
export const GEOMETRY_4_19: GeometryRules = { reachBitsLimit: 55, charge: chargeBothTrees };

/** What a user asks for, on which kernel. */
export interface GeometryRequest {
  /** Log2 of the IO page: one TCE translates so much. */
  readonly pageShift: number;
  readonly levels: number;
  readonly windowBytes: bigint;
  /** Log2 of the kernel's own page: 12 or 16. */
  readonly basePageShift: number;
}

/** A table that the kernel would try to allocate. */
export interface TableGeometry {
  readonly pageShift: number;
  readonly levels: number;
  /** Log2 of the bytes of each level's table, root and leaf alike. */
  readonly levelShift: number;
  readonly levelBytes: number;
  /** Buddy order of one such table. */
  readonly order: number;
  /** Bus address bits that one level translates. */
  readonly indexBits: number;
  readonly entriesPerLevel: number;
  /** TCEs of the window (it_size of the kernel). */
  readonly tceCount: number;
  /** What the window really spans: the request, rounded up to a whole table. */
  readonly effectiveWindowBytes: bigint;
  /** The hardware translates bus addresses of so many bits, often more than the window. */
  readonly reachBits: number;
  /** Tables of a full tree, root first. */
  readonly nodesPerLevel: readonly number[];
  /** Allocated at creation: the root of the hardware's tree and the root of its mirror. */
  readonly createdBytes: bigint;
  /** One tree with every leaf; the mirror takes as much again. */
  readonly fullTreeBytes: bigint;
  /** Charged to the process's locked memory at creation. */
  readonly lockedBytes: bigint;
}

/** A table that the kernel refuses by its numbers alone. */
export interface GeometryRefusal {
  readonly errno: 'EINVAL';
  readonly reason: string;
  /** The kernel had charged this when it noticed; zero if it refused earlier. */
  readonly lockedBytes: bigint;
}

/** The geometry of a table, or why there is none. */
export function tableGeometry(
  request: GeometryRequest,
  rules: GeometryRules = GEOMETRY_4_19,
): TableGeometry | GeometryRefusal {
  const reason = sizeProblem(request);
  if (reason !== undefined) return { errno: 'EINVAL', reason, lockedBytes: 0n };
  const { pageShift, levels, windowBytes, basePageShift } = request;
  const entryBits = log2Exact(windowBytes) - pageShift;
  const tableShift = Math.max(entryBits + TCE_SHIFT, basePageShift);
  const levelShift = Math.max(Math.ceil(entryBits / levels) + TCE_SHIFT, basePageShift);
  const indexBits = levelShift - TCE_SHIFT;
  const reachBits = indexBits * levels + pageShift;
  const lockedBytes = rules.charge({ entryBits, levels, levelShift });
  const { reachBitsLimit = Number.POSITIVE_INFINITY } = rules;
  if (reachBits >= reachBitsLimit) {
    const tables = `${levels} levels of ${formatSize(2 ** levelShift)}`;
    const reach = `${formatSize(2 ** pageShift)} pages reach ${reachBits} address bits`;
    const why = `${tables} and ${reach}, at most ${reachBitsLimit - 1} are allowed`;
    return { errno: 'EINVAL', reason: why, lockedBytes };
  }
  const nodesPerLevel = fullTree(tableShift, levels, levelShift);
  const nodes = nodesPerLevel.reduce((sum, count) => sum + count, 0);
  return {
    pageShift,
    levels,
    levelShift,
    levelBytes: 2 ** levelShift,
    order: levelShift - basePageShift,
    indexBits,
    entriesPerLevel: 2 ** indexBits,
    tceCount: 2 ** (tableShift - TCE_SHIFT),
    effectiveWindowBytes: 1n << BigInt(tableShift - TCE_SHIFT + pageShift),
    reachBits,
    nodesPerLevel,
    createdBytes: 2n << BigInt(levelShift),
    fullTreeBytes: BigInt(nodes) << BigInt(levelShift),
    lockedBytes,
  };
}

/** Whether the answer of `tableGeometry` is a refusal. */
export function isRefused(answer: TableGeometry | GeometryRefusal): answer is GeometryRefusal {
  return 'errno' in answer;
}

/** What get_table_size refuses, before anything is charged. */
function sizeProblem(request: GeometryRequest): string | undefined {
  const { pageShift, levels, windowBytes } = request;
  if (levels < 1 || levels > TABLE_LEVELS_MAX) {
    return `levels: expected 1 to ${TABLE_LEVELS_MAX}, got ${levels}`;
  }
  const windowShift = log2Exact(windowBytes);
  if (Number.isNaN(windowShift)) {
    return `window size: expected a power of two, got ${formatSize(windowBytes)}`;
  }
  // A little less than one IO page still makes a minimal table; below that the kernel's unsigned
  // shifts wrap, which is undefined, and what it answers then is EINVAL.
  const entryBits = windowShift - pageShift;
  const isTooSmall = entryBits < -TCE_SHIFT || (levels > 1 && entryBits < 1 - levels);
  if (!isTooSmall) return undefined;
  return `window size: ${describeBytes(windowBytes)} is too far below one page of ${formatSize(2 ** pageShift)}`;
}

function fullTree(tableShift: number, levels: number, levelShift: number): number[] {
  const nodes: number[] = [];
  let shift = tableShift;
  for (let level = 0; level < levels; level += 1) {
    const count = 2 ** Math.max(shift - levelShift, 0);
    nodes.unshift(count);
    shift = Math.log2(count) + TCE_SHIFT;
  }
  return nodes;
}
