/**
 * QEMU answers a refused DMA by trying on in 4-byte pieces, each with its own lines in the log. They are
 * one refusal: a piece that lies within reach of the last refused one of the same device and direction.
 */
import { Word } from '../word.ts';

const NO_DEVICE = -1;

export class Refusals {
  private device = NO_DEVICE;
  private readonly address = new Word();
  private reach = 0;

  /**
   * Notes a refused piece. `device` numbers the device and direction; `reach` is how far behind `address`
   * the next piece of the same DMA may begin. Answers whether it continues a refusal that was noted before.
   */
  continues(device: number, address: Word, reach: number): boolean {
    const distance = address.distanceFrom(this.address);
    const continued = device === this.device && distance > 0 && distance <= this.reach;
    this.device = device;
    this.address.copy(address);
    this.reach = reach;
    return continued;
  }

  /** A piece went through: what is refused next is a refusal of its own. */
  end(): void {
    this.device = NO_DEVICE;
  }
}
