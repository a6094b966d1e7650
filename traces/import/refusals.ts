/**
 * QEMU answers a refused DMA by trying on in 4-byte pieces, each with its own lines in the log. They are
 * one refusal: a piece that lies within reach of the last refused one of the same device and direction.
 */
export class Refusals {
  private device = '';
  private address = 0n;
  private reach = 0n;

  /**
   * Notes a refused piece. `reach` is how far behind `address` the next piece of the same DMA may begin.
   * Answers whether it continues a refusal that was noted before.
   */
  continues(device: string, address: bigint, reach: bigint): boolean {
    const continued =
      device === this.device && address > this.address && address <= this.address + this.reach;
    this.device = device;
    this.address = address;
    this.reach = reach;
    return continued;
  }

  /** A piece went through: what is refused next is a refusal of its own. */
  end(): void {
    this.device = '';
  }
}
