/**
 * The place of each block of pages by its number: places 0, 1, ... in the order in which blocks came. An open hash
 * in typed arrays, for a trace of random pages asks it for each row (a Map takes 1.7 times as long, Node 20).
 */

const FIRST_SLOTS = 16;
/** A slot without a block. */
const FREE = -1;

export class BlockPlaces {
  /** Blocks so far. */
  size = 0;
  /** Numbers of blocks by slot, and their places. */
  private numbers = new Float64Array(FIRST_SLOTS).fill(FREE);
  private places = new Int32Array(FIRST_SLOTS);
  /** What is left of a hash of 32 bits is a slot. */
  private shift = 32 - Math.log2(FIRST_SLOTS);

  /** The place of a block, which is the next one for a block that has none. */
  placeOf(number: number): number {
    const slot = this.slotOf(number);
    return this.numbers[slot] === number ? this.places[slot] : this.add(number);
  }

  /** The numbers of all blocks by place. */
  all(): Float64Array {
    const byPlace = new Float64Array(this.size);
    for (let slot = 0; slot < this.numbers.length; slot += 1) {
      if (this.numbers[slot] !== FREE) byPlace[this.places[slot]] = this.numbers[slot];
    }
    return byPlace;
  }

  private add(number: number): number {
    if (2 * this.size >= this.numbers.length) this.grow();
    const place = this.size;
    this.put(number, place);
    this.size += 1;
    return place;
  }

  private put(number: number, place: number): void {
    const slot = this.slotOf(number);
    this.numbers[slot] = number;
    this.places[slot] = place;
  }

  /** The slot of a block, or the free one where it would stand. */
  private slotOf(number: number): number {
    const { numbers } = this;
    const last = numbers.length - 1;
    let slot = Math.imul(number, 0x9e3779b1) >>> this.shift;
    while (numbers[slot] !== number && numbers[slot] !== FREE) slot = slot === last ? 0 : slot + 1;
    return slot;
  }

  private grow(): void {
    const byPlace = this.all();
    this.numbers = new Float64Array(2 * this.numbers.length).fill(FREE);
    this.places = new Int32Array(this.numbers.length);
    this.shift -= 1;
    for (let place = 0; place < byPlace.length; place += 1) this.put(byPlace[place], place);
  }
}
