/** Where the feeder's items go, chunk by chunk; see shared-layout.ts. */
export interface Chunks {
  /** All chunks; chunk n begins at cell n * CHUNK_CELLS. */
  readonly items: Int32Array;
  /** A free chunk, or undefined when there is none right now. */
  tryTake(): number | undefined;
  /** Hands on a chunk with `cells` cells of items of a PHB. */
  publish(chunk: number, phb: number, cells: number): void;
}
