/**
 * Pages in bounded memory: all of them up to a bound, beyond it a sample that is fair because the page
 * decides, not the request. A page is kept while the low bits of its hash are zero; each time the bound is
 * reached one more bit must be, which halves the sample (M. Wegman's adaptive sampling; Flajolet 1990). The
 * hash has a fixed seed: the same trace gives the same sample anywhere.
 */

const FIRST_SLOTS = 2 ** 10;
const HALF = 2 ** 32;
const SEED = 0x7ce51;

export class PageSample {
  /** One page in 2^shift is in the sample. */
  shift = 0;
  /** Pages in the sample. */
  size = 0;
  /** Whether the page that was taken last was put into the sample just then. */
  isNew = false;
  /** A number for each slot, for the user of the sample. */
  values = new Uint32Array(FIRST_SLOTS);
  private pages = new Float64Array(FIRST_SLOTS);
  /** Owner plus 1; 0: the slot is free. */
  private owners = new Uint32Array(FIRST_SLOTS);

  /** `pagesMax`, a power of two from 512 on: pages that are kept; 32 bytes each. */
  constructor(private readonly pagesMax: number) {}

  /** The slot of a page, which is put in where it belongs; -1 where it does not. Below 2^32 - 1 owners. */
  take(owner: number, page: number): number {
    this.isNew = false;
    const hash = hashOf(owner, page);
    if ((hash & (2 ** this.shift - 1)) !== 0) return -1;
    const slot = this.slotOf(hash, owner + 1, page);
    if (this.owners[slot] !== 0) return slot;
    if (this.size === this.pagesMax || 2 * this.size >= this.owners.length) {
      this.makeRoom();
      return this.take(owner, page);
    }
    this.isNew = true;
    this.size += 1;
    this.owners[slot] = owner + 1;
    this.pages[slot] = page;
    return slot;
  }

  /** The slots in use. */
  *slots(): Generator<number, void, void> {
    for (let slot = 0; slot < this.owners.length; slot += 1) {
      if (this.owners[slot] !== 0) yield slot;
    }
  }

  /** Whose page stands in a slot that is in use. */
  ownerAt(slot: number): number {
    return this.owners[slot] - 1;
  }

  private slotOf(hash: number, mark: number, page: number): number {
    const { owners, pages } = this;
    const mask = owners.length - 1;
    // The low bits are all zero in a sample.
    let slot = (hash >>> (Math.clz32(owners.length) + 1)) & mask;
    while (owners[slot] !== 0 && (pages[slot] !== page || owners[slot] !== mark)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private makeRoom(): void {
    const { owners, pages, values } = this;
    const isFull = this.size === this.pagesMax;
    if (isFull) this.shift += 1;
    const slots = isFull ? owners.length : 2 * owners.length;
    this.owners = new Uint32Array(slots);
    this.pages = new Float64Array(slots);
    this.values = new Uint32Array(slots);
    this.size = 0;
    for (let old = 0; old < owners.length; old += 1) {
      if (owners[old] === 0) continue;
      const slot = this.take(owners[old] - 1, pages[old]);
      if (slot >= 0) this.values[slot] = values[old];
    }
  }
}

/** Mixes all bits, with the finishing steps of MurmurHash3 (A. Appleby, public domain). */
function hashOf(owner: number, page: number): number {
  let mixed = Math.imul(SEED ^ owner, 0xcc9e2d51) ^ (page / HALF);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b) ^ page;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
