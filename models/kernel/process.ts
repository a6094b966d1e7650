/** A process that uses VFIO: what it has but once, however many containers it opens. */
import { AddressSpace } from './address-space.ts';
import { LockedMemory, type LockedMemoryLimit } from './locked-memory.ts';
import { PreregisteredMemory } from './vfio/preregistered.ts';

export interface Process {
  readonly locked: LockedMemory;
  readonly regions: PreregisteredMemory;
  readonly memory: AddressSpace;
}

/** A process that has no memory yet. */
export function startProcess(limit: LockedMemoryLimit): Process {
  return {
    locked: new LockedMemory(limit),
    regions: new PreregisteredMemory(),
    memory: new AddressSpace(),
  };
}
