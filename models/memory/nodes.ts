/**
 * The memory of a machine with several nodes, as a device's driver sees it: alloc_pages_node asks for blocks
 * near the PHB, and takes them elsewhere if there are none, after build_zonelists (mm/page_alloc.c, 5.17):
 * nodes in the order of their distance, and in each node the highest zone first. Left out: cpusets, the load
 * that earlier fallbacks put on a node.
 */
import { InputError } from '../input-error.ts';
import type { AllocationFailure, BlockAllocator, Buddy } from './buddy.ts';
import type { Gfp } from './gfp.ts';
import { allocateFrom } from './zonelist.ts';

/** Distance of two nodes as `numactl --hardware` prints it: 10 is the node itself. */
export type NodeDistance = (from: number, to: number) => number;

/** A zone of a node, and the allocator of its memory. Zones of a node are given lowest first. */
export interface NodeZone {
  readonly node: number;
  readonly zone: string;
  readonly memory: Buddy;
}

/** LOCAL_DISTANCE and REMOTE_DISTANCE: what Linux takes where the firmware says nothing. */
const FLAT_DISTANCE: NodeDistance = (from, to) => (from === to ? 10 : 20);

export class Nodes implements BlockAllocator {
  /** In the order in which they are asked. */
  readonly zones: readonly NodeZone[];
  private readonly memories: readonly Buddy[];
  private failed: AllocationFailure | undefined;

  /** Throws InputError if no zone belongs to the node that the requests come from. */
  constructor(zones: readonly NodeZone[], node: number, distance: NodeDistance = FLAT_DISTANCE) {
    const numbers = [...new Set(zones.map((zone) => zone.node))];
    if (!numbers.includes(node)) {
      throw new InputError(`node: expected one of ${numbers.join(', ')}, got ${node}`);
    }
    this.zones = fallbackOrder(numbers, node, distance).flatMap((number) =>
      zones.filter((zone) => zone.node === number).reverse(),
    );
    this.memories = this.zones.map(({ memory }) => memory);
  }

  /** Free blocks per order of all zones together. */
  get freeBlocks(): number[] {
    const [first, ...others] = this.memories.map(({ freeBlocks }) => freeBlocks);
    return first.map((count, order) => others.reduce((sum, blocks) => sum + blocks[order], count));
  }

  get freeBytes(): bigint {
    return this.memories.reduce((sum, { freeBytes }) => sum + freeBytes, 0n);
  }

  get lastFailure(): AllocationFailure | undefined {
    return this.failed;
  }

  allocate(order: number, gfp: Gfp = 'atomic'): bigint | undefined {
    const address = allocateFrom(this.memories, order, gfp);
    if (address === undefined) this.failed = this.describeFailure(order, gfp);
    return address;
  }

  free(address: bigint, order: number): void {
    const owner = this.memories.find(({ base, end }) => base <= address && address < end);
    if (owner === undefined) throw new RangeError(`no node has memory at ${address}`);
    owner.free(address, order);
  }

  /** What the best zone had; of several with large enough blocks, the first that a watermark closed. */
  private describeFailure(order: number, gfp: Gfp): AllocationFailure {
    const failures = this.memories.map((memory) => memory.describeFailure(order, gfp));
    const best = failures.reduce((one, other) =>
      other.largestFreeOrder > one.largestFreeOrder ? other : one,
    );
    return { ...best, freeBytes: this.freeBytes };
  }
}

/** Nearest first; of equally near ones those with higher numbers than the node itself, then by number. */
function fallbackOrder(nodes: readonly number[], from: number, distance: NodeDistance): number[] {
  const cost = (node: number) => distance(from, node) + (node < from ? 1 : 0);
  return [...nodes].sort((one, other) => cost(one) - cost(other) || one - other);
}
