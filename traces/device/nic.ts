/**
 * The DMA of a network card's receive ring, after the legacy descriptors of Intel's 8254x: for each buffer
 * that a packet fills the card reads a descriptor, writes the payload to the buffer and writes the
 * descriptor back, done. Then the driver puts a fresh buffer into the slot, which `strict` and `batched`
 * mapping map at a new bus address. Left out: transmission, doorbells and interrupts (no DMA through a TCE),
 * prefetching of descriptors and write-back in groups.
 */
import { TCE_PCI_WRITE } from '../../models/tce.ts';
import { Op } from '../format.ts';
import type { NicSettings } from './device-options.ts';
import type { DeviceRows } from './device-rows.ts';
import type { DmaMemory } from './iova-policy.ts';

export class NicReceiveRing {
  private readonly descriptors: number;
  /** Bus address of each slot's buffer. */
  private readonly buffers: (number | undefined)[];
  private head = 0;

  /** Maps ring and buffers. Throws InputError where the window has no room for them. */
  constructor(
    private readonly rows: DeviceRows,
    private readonly memory: DmaMemory,
    private readonly settings: NicSettings,
  ) {
    const { ringEntries, bufferBytes, descriptorBytes } = settings;
    this.descriptors = memory.coherent(ringEntries * descriptorBytes, 'descriptors');
    memory.reserveSlots(ringEntries, bufferBytes);
    this.buffers = Array.from({ length: ringEntries }, (_, slot) => this.refill(slot));
  }

  /** Receives a packet. Answers false where a buffer for it had no bus address: the rest is dropped. */
  receive(packetBytes: number): boolean {
    const { ringEntries, bufferBytes, descriptorBytes } = this.settings;
    for (let left = packetBytes; left > 0; left -= bufferBytes) {
      const slot = this.head;
      const buffer = this.buffers[slot] ?? this.refill(slot);
      if (buffer === undefined) return false;
      const descriptor = this.descriptors + slot * descriptorBytes;
      this.rows.add(Op.read, descriptor, descriptorBytes);
      this.rows.add(Op.write, buffer, Math.min(left, bufferBytes));
      this.rows.add(Op.write, descriptor, descriptorBytes);
      this.memory.unmap(slot);
      this.buffers[slot] = this.refill(slot);
      this.head = (slot + 1) % ringEntries;
    }
    return true;
  }

  private refill(slot: number): number | undefined {
    return this.memory.map(slot, this.settings.bufferBytes, TCE_PCI_WRITE);
  }
}
