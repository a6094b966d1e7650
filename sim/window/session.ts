/**
 * A process on a fresh host that has opened a container for one device and registered its memory: where
 * every attempt to create a window begins. Nothing is shared between two sessions but simulated memory,
 * whose blocks are zeroed as they are allocated.
 */
import { type CallResult, isRefusal, type Refusal } from '../../models/kernel/call-result.ts';
import type { WindowRequest } from '../../models/kernel/group/table-group.ts';
import type { Process } from '../../models/kernel/process.ts';
import type { VfioContainer } from '../../models/kernel/vfio/container.ts';
import { orderMaxOf } from '../../models/memory/buddy.ts';
import type { PhysicalMemory } from '../../models/memory/physical.ts';
import type { WindowCalls } from '../../models/policy/policy.ts';
import { KernelHost } from '../host/kernel-host.ts';
import { formatCount } from '../report/numbers.ts';
import type { CountedAllocator } from './host-memory.ts';
import type { Circumstances } from './question.ts';
import { tableShape } from './table-shape.ts';

/** The device's PE; any other would do. */
const PE = 1;
/** Where the process's memory begins, a multiple of every page, in its addresses and in real ones. */
const PROCESS_MEMORY = 1n << 45n;

/** Blocks that one CREATE may take here: Linux 4.2 to 4.18 makes all tables at once, which can take minutes. */
const BLOCKS_SIMULATED_MAX = 4 * 2 ** 20;

/** Stands where nobody knows the machine's memory, and its kernel does not ask (see circumstancesOf). */
const RAM_NOT_ASKED = 1n << 50n;

/** Thrown by a CREATE that the kernel would carry out and that is too much to simulate. */
export class NotSimulated extends Error {
  override readonly name = 'NotSimulated';
}

/** A call that ended a session before it could ask for a window. */
export interface EarlyRefusal {
  readonly call: 'attach' | 'REGISTER' | 'REMOVE';
  readonly refusal: Refusal;
}

export class Session {
  readonly circumstances: Circumstances;
  readonly host: KernelHost;
  readonly allocator: CountedAllocator;
  readonly process: Process;
  readonly container: VfioContainer;

  constructor(circumstances: Circumstances, memory: PhysicalMemory) {
    const { kernel, phb, hypervisor, ddwTces, memlockBytes } = circumstances;
    const { ramBytes = RAM_NOT_ASKED } = circumstances.memory;
    this.circumstances = circumstances;
    this.allocator = circumstances.memory.fresh();
    const { allocator } = this;
    this.host = new KernelHost({
      ...{ kernel, phb, hypervisor, ramBytes, allocator, memory },
      ...(ddwTces !== undefined && { ddwTces }),
    });
    this.process = this.host.startProcess(memlockBytes === undefined ? {} : { memlockBytes });
    this.container = this.host.openContainer('v2', this.process);
  }

  /** Attaches the device and registers what the process has registered; the refusal if one call fails. */
  begin(): EarlyRefusal | undefined {
    const { registeredBytes } = this.circumstances;
    return (
      ended('attach', this.container.attach(this.host.groupOf(PE))) ??
      (registeredBytes === 0n ? undefined : this.register(registeredBytes))
    );
  }

  /** Removes the default window if the next one is to land at bus address 0. */
  clearSlot(): EarlyRefusal | undefined {
    if (this.circumstances.slot === 1) return undefined;
    return ended('REMOVE', this.container.remove(0n));
  }

  /** The calls of the container. Creating a window throws NotSimulated where it takes too many blocks. */
  get calls(): WindowCalls {
    const { container } = this;
    return {
      getInfo: () => container.getInfo(),
      remove: (startAddress) => container.remove(startAddress),
      create: (request) => {
        this.refuseTooMany(request);
        return container.create(request);
      },
    };
  }

  /** Maps the first bytes of the registered memory to the first bus addresses of a window. */
  map(busAddress: bigint, bytes: bigint): CallResult {
    const { container } = this;
    const processAddress = PROCESS_MEMORY;
    return container.map({ processAddress, busAddress, bytes, read: true, write: true });
  }

  /** The TVE of a slot. */
  tveOf(slot: number): bigint {
    return this.host.tveOf(PE, slot);
  }

  private refuseTooMany(request: WindowRequest): void {
    const shape = tableShape(request, request.levels, this.circumstances);
    // A root that is larger than any block is refused before anything is made.
    const orderMax = orderMaxOf(this.host.kernel.basePageShift);
    if (shape === undefined || shape.geometry.order > orderMax) return;
    if (shape.createdBlocks <= BLOCKS_SIMULATED_MAX) return;
    const count = formatCount(shape.createdBlocks);
    const most = formatCount(BLOCKS_SIMULATED_MAX);
    throw new NotSimulated(
      `this kernel makes all ${count} blocks of the tables at once; at most ${most} are simulated`,
    );
  }

  private register(bytes: bigint): EarlyRefusal | undefined {
    const { backingShift: pageShift } = this.circumstances;
    const start = PROCESS_MEMORY;
    this.process.memory.add({ start, bytes, realAddress: start, pageShift });
    return ended('REGISTER', this.container.register(start, bytes));
  }
}

function ended(call: EarlyRefusal['call'], result: CallResult): EarlyRefusal | undefined {
  return isRefusal(result) ? { call, refusal: result } : undefined;
}
