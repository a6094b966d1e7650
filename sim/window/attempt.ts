/**
 * One CREATE by a fresh process on a fresh host, really performed, and what it tells: accepted or why not,
 * what it took, what stays charged, where the window lies.
 */
import { type CallResult, isRefusal, type Refusal } from '../../models/kernel/call-result.ts';
import type { WindowRequest } from '../../models/kernel/group/table-group.ts';
import type { Kernel } from '../../models/kernel/kernel.ts';
import { type DmaWindow, effectiveBytes } from '../../models/kernel/vfio/dma-window.ts';
import type { PhysicalMemory } from '../../models/memory/physical.ts';
import { FlatView } from '../../models/table/flat-view.ts';
import { nodeOfBlock } from './host-memory.ts';
import type { Circumstances, WindowSize } from './question.ts';
import { type EarlyRefusal, NotSimulated, Session } from './session.ts';
import { type TableShape, tableShape } from './table-shape.ts';

/** A call that decided about a window. */
export type DecidingCall = EarlyRefusal['call'] | 'CREATE';

/** Where a window lies, and how. */
export interface WindowPlacement {
  readonly busAddress: bigint;
  /** The request, rounded up to what the table holds. */
  readonly effectiveBytes: bigint;
  /** What the hardware would translate, entries that the kernel never fills included. */
  readonly reachBytes: bigint;
  /** The word in the TVT; 0 where a hypervisor keeps it. */
  readonly tve: bigint;
}

/** A window asked for with one level count. */
export interface WindowAttempt extends WindowSize {
  readonly levels: number;
  /** The call that decided. */
  readonly call: DecidingCall;
  readonly refusal: Refusal | undefined;
  /** Why the attempt was not made, in words. */
  readonly notSimulated: string | undefined;
  readonly shape: TableShape | undefined;
  /**
   * Largest order with a free block: when a block was missing, or else before CREATE; -1: nothing free.
   * undefined: a hypervisor makes the tables.
   */
  readonly availableOrder: number | undefined;
  /** Table memory of the window now. */
  readonly createdBytes: bigint;
  /** What the window is charged; of a refused one, what stays charged for good. */
  readonly chargedBytes: bigint;
  readonly leakedBytes: bigint;
  /** Locked memory of the process afterwards, registered memory and a default window included. */
  readonly lockedBytes: bigint;
  readonly placement: WindowPlacement | undefined;
  /** Nodes of the root of the table and of its mirror's; empty where nobody counts nodes. */
  readonly rootNodes: readonly number[];
}

/** Asks for a window on a fresh host. */
export function attempt(
  circumstances: Circumstances,
  size: WindowSize,
  levels: number,
  memory: PhysicalMemory,
): WindowAttempt {
  return attemptIn(new Session(circumstances, memory), size, levels);
}

/** Asks for a window in a session that has not begun yet. */
export function attemptIn(session: Session, size: WindowSize, levels: number): WindowAttempt {
  const shape = tableShape(size, levels, session.circumstances);
  const early = session.begin() ?? session.clearSlot();
  const isPseries = session.host.kernel.platform === 'pseries';
  const availableOrder = isPseries ? undefined : largestOrderOf(session.allocator.freeBlocks);
  const basis = { ...size, levels, shape, ...NOTHING, availableOrder };
  const { locked } = session.process;
  const before = locked.lockedBytes;
  if (early !== undefined) return { ...basis, ...early, lockedBytes: before };
  const earlier = session.container.windows;
  const result = createIn(session, { ...size, levels });
  if (typeof result === 'string') return { ...basis, notSimulated: result, lockedBytes: before };
  const made = session.container.windows.filter((each) => !earlier.includes(each));
  const window = isRefusal(result) ? undefined : made.pop();
  // What is left is the default window, if it came into being with this call.
  const others = made.reduce((sum, other) => sum + other.lockedBytes, 0n);
  const { lockedBytes, leakedBytes } = locked;
  return {
    ...basis,
    refusal: isRefusal(result) ? result : undefined,
    availableOrder: missedOrder(result) ?? availableOrder,
    createdBytes: window === undefined ? 0n : tableBytesOf(window, session.host.kernel),
    chargedBytes: lockedBytes - before - others,
    leakedBytes,
    lockedBytes,
    placement: window && placementOf(window, session),
    rootNodes: window === undefined ? [] : rootNodesOf(window, session),
  };
}

function largestOrderOf(freeBlocks: readonly number[]): number {
  return freeBlocks.findLastIndex((count) => count > 0);
}

/** What there was when a block could not be had. */
function missedOrder(result: CallResult): number | undefined {
  return isRefusal(result) ? result.allocation?.largestFreeOrder : undefined;
}

/** The answer of CREATE; in words why it was not asked. */
function createIn(session: Session, request: WindowRequest): CallResult | string {
  try {
    return session.calls.create(request);
  } catch (error) {
    if (error instanceof NotSimulated) return error.message;
    throw error;
  }
}

/** What holds of an attempt that did not get as far as CREATE. */
const NOTHING = {
  call: 'CREATE',
  refusal: undefined,
  notSimulated: undefined,
  createdBytes: 0n,
  chargedBytes: 0n,
  leakedBytes: 0n,
  lockedBytes: 0n,
  placement: undefined,
  rootNodes: [],
} as const;

/** Memory of the host that a window's tables have now; under a hypervisor only the userspace addresses. */
export function tableBytesOf(
  { table, view }: DmaWindow,
  { platform, basePageShift }: Kernel,
): bigint {
  const { geometry, hardwareBlocks, mirrorBlocks } = table;
  if (platform === 'pseries') return FlatView.bytesFor(geometry.tceCount, basePageShift);
  const blocks = BigInt(hardwareBlocks + mirrorBlocks);
  return blocks * BigInt(geometry.levelBytes) + (view?.bytes ?? 0n);
}

function rootNodesOf({ table }: DmaWindow, { host, allocator }: Session): number[] {
  if (host.kernel.platform === 'pseries') return [];
  const roots = [table.root, table.mirrorRoot].filter((root) => root !== undefined);
  const nodes = roots.map((root) => nodeOfBlock(allocator.zones, root));
  return nodes.filter((node) => node !== undefined);
}

function placementOf(window: DmaWindow, session: Session): WindowPlacement {
  const { slot, place, table } = window;
  return {
    busAddress: place.start,
    effectiveBytes: effectiveBytes(window),
    reachBytes: 1n << BigInt(table.geometry.reachBits),
    tve: session.tveOf(slot),
  };
}
