/**
 * The transmit ring of a network card and the driver that fills it, with the descriptors of the receive ring
 * (nic.ts): the driver maps some packets and posts them; the card
 * reads the descriptor and the frame of each and writes the descriptor back, done; the driver unmaps them.
 * Left out: frames in several pieces, prefetching of descriptors and write-back in groups.
 */
import { TCE_PCI_READ } from '../../models/tce.ts';
import { Op } from '../format.ts';
import type { NicSettings } from './device-options.ts';
import type { DeviceRows } from './device-rows.ts';
import type { DmaMemory } from './iova-policy.ts';

export class TransmitRing {
  private readonly descriptors: number;
  private readonly buffers: Float64Array;
  private head = 0;

  /** Maps the ring. Throws InputError where the window has no room for it. */
  constructor(
    private readonly rows: DeviceRows,
    private readonly memory: DmaMemory,
    private readonly settings: NicSettings,
    private readonly frameBytes: number,
  ) {
    const { ringEntries, descriptorBytes } = settings;
    this.descriptors = memory.coherent(ringEntries * descriptorBytes, 'descriptors');
    memory.reserveSlots(ringEntries, frameBytes);
    this.buffers = new Float64Array(ringEntries);
  }

  /** Sends packets, at most as many as the ring has; false where one of them had no bus address. */
  send(packets: number): boolean {
    const { ringEntries, descriptorBytes } = this.settings;
    const first = this.head;
    for (let packet = 0; packet < packets; packet += 1) {
      const slot = (first + packet) % ringEntries;
      const address = this.memory.map(slot, this.frameBytes, TCE_PCI_READ);
      if (address === undefined) return false;
      this.buffers[slot] = address;
    }
    for (let packet = 0; packet < packets; packet += 1) {
      const slot = (first + packet) % ringEntries;
      const descriptor = this.descriptors + slot * descriptorBytes;
      this.rows.add(Op.read, descriptor, descriptorBytes);
      this.rows.add(Op.read, this.buffers[slot], this.frameBytes);
      this.rows.add(Op.write, descriptor, descriptorBytes);
    }
    for (let packet = 0; packet < packets; packet += 1)
      this.memory.unmap((first + packet) % ringEntries);
    this.head = (first + packets) % ringEntries;
    return true;
  }
}
