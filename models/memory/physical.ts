/**
 * Physical memory of a POWER machine: sparse, 64-bit real addresses, 8-byte big-endian words as the
 * hardware reads them. It lives in SharedArrayBuffers, so that any thread walks the same tables
 * without a copy. 64 KiB frames are found through a hash of the frame number; memory that nobody
 * wrote reads as zero. The buffers never grow (a growable one is 8 times slower, V8 11.3): capacity
 * is address space only, the machine commits what is touched.
 */
import { joinHalves, lowerHalf, upperHalf } from '../bits.ts';

const FRAME_SHIFT = 16;
/** Memory comes into being in frames of so many bytes. */
export const FRAME_BYTES = 1 << FRAME_SHIFT;
const FRAME_CELLS = 1 << (FRAME_SHIFT - 2);
/** Directory entry: frame number's low and high half, frame index (0 = empty), unused. */
const ENTRY_CELLS = 4;
/** A cell index must stay a small integer: 2^31 cells of 4 bytes. */
export const PHYSICAL_MEMORY_BYTES_MAX = 2 ** 33;

/** The buffers behind a memory; hand them to another thread and attach there. */
export interface SharedMemory {
  readonly cells: SharedArrayBuffer;
  readonly directory: SharedArrayBuffer;
}

/** Thrown when the simulated machine has more live table memory than its backing buffer holds. */
export class MemoryExhausted extends Error {
  override readonly name = 'MemoryExhausted';
}

const littleEndian = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

/** A 32-bit half as it stands in big-endian memory, read on this machine; its own inverse. */
export function bigEndian(half: number): number {
  if (!littleEndian) return half;
  const even = half & 0x00ff00ff;
  const odd = half & 0xff00ff00;
  return (even << 24) | (even >>> 8) | (odd << 8) | (odd >>> 24) | 0;
}

/** Allocates the buffers of a memory that can hold `capacityBytes` of touched 64 KiB frames. */
export function allocateMemory(capacityBytes: number): SharedMemory {
  if (capacityBytes > PHYSICAL_MEMORY_BYTES_MAX) {
    throw new MemoryExhausted(
      `simulated memory: at most ${PHYSICAL_MEMORY_BYTES_MAX} bytes, got ${capacityBytes}`,
    );
  }
  const frames = Math.ceil(capacityBytes / (FRAME_CELLS * 4)) + 1;
  const entries = 2 ** Math.ceil(Math.log2(frames * 2));
  return {
    cells: new SharedArrayBuffer(frames * FRAME_CELLS * 4),
    directory: new SharedArrayBuffer((entries + 1) * ENTRY_CELLS * 4),
  };
}

export class PhysicalMemory {
  /** The memory itself, big-endian words as pairs of 32-bit cells. */
  readonly cells: Int32Array;
  private readonly directory: Int32Array;
  private readonly hashShift: number;
  private readonly frameCount: number;
  /** The entry behind the last holds the number of frames in use. */
  private readonly usedAt: number;

  constructor(shared: SharedMemory) {
    this.cells = new Int32Array(shared.cells);
    this.directory = new Int32Array(shared.directory);
    const entries = this.directory.length / ENTRY_CELLS - 1;
    this.hashShift = 32 - Math.log2(entries);
    this.frameCount = this.cells.length / FRAME_CELLS;
    this.usedAt = entries * ENTRY_CELLS;
  }

  /** Bytes of simulated memory that anybody wrote to, in whole 64 KiB frames. */
  get touchedBytes(): number {
    return this.directory[this.usedAt] * FRAME_CELLS * 4;
  }

  /**
   * Index in `cells` of the 8-byte word at a real address (halves; low 3 bits ignored): the upper
   * half stands there, the lower half behind it. A word that nobody wrote is found in frame 0, which
   * is all zeros; write only through `claim`.
   */
  find(upper: number, lower: number): number {
    const entry = this.entryOf(upper, lower);
    return this.directory[entry + 2] * FRAME_CELLS + ((lower & 0xfff8) >>> 2);
  }

  /** As `find`, but the frame comes into being. Throws MemoryExhausted at the buffer's end. */
  claim(upper: number, lower: number): number {
    const entry = this.entryOf(upper, lower);
    if (this.directory[entry + 2] === 0) this.addFrame(entry, upper, lower);
    return this.directory[entry + 2] * FRAME_CELLS + ((lower & 0xfff8) >>> 2);
  }

  /** The 8-byte word at a real address. */
  read(address: bigint): bigint {
    const at = this.find(upperHalf(address), lowerHalf(address));
    return joinHalves(bigEndian(this.cells[at]), bigEndian(this.cells[at + 1]));
  }

  /** Writes the 8-byte word at a real address. */
  write(address: bigint, word: bigint): void {
    const at = this.claim(upperHalf(address), lowerHalf(address));
    this.cells[at] = bigEndian(upperHalf(word));
    this.cells[at + 1] = bigEndian(lowerHalf(word));
  }

  /** Zeroes `bytes` (a multiple of 8) from a real address on; frames that nobody wrote stay unborn. */
  clear(address: bigint, bytes: number): void {
    let from = address;
    const end = address + BigInt(bytes);
    while (from < end) {
      const frameEnd = ((from >> BigInt(FRAME_SHIFT)) + 1n) << BigInt(FRAME_SHIFT);
      const upTo = frameEnd < end ? frameEnd : end;
      const at = this.find(upperHalf(from), lowerHalf(from));
      if (at >= FRAME_CELLS) this.cells.fill(0, at, at + (Number(upTo - from) >>> 2));
      from = upTo;
    }
  }

  /** Directory index of a frame's entry, or of the empty entry where it would stand. */
  private entryOf(upper: number, lower: number): number {
    const keyLow = (upper << (32 - FRAME_SHIFT)) | (lower >>> FRAME_SHIFT);
    const keyHigh = upper >>> FRAME_SHIFT;
    const last = this.usedAt - ENTRY_CELLS;
    let entry =
      (Math.imul(keyLow ^ Math.imul(keyHigh, 0x85ebca6b), 0x9e3779b1) >>> this.hashShift) *
      ENTRY_CELLS;
    while (
      this.directory[entry + 2] !== 0 &&
      (this.directory[entry] !== keyLow || this.directory[entry + 1] !== keyHigh)
    ) {
      entry = entry === last ? 0 : entry + ENTRY_CELLS;
    }
    return entry;
  }

  private addFrame(entry: number, upper: number, lower: number): void {
    const frame = this.directory[this.usedAt] + 1;
    if (frame >= this.frameCount) {
      throw new MemoryExhausted(
        `simulated memory: the tables of a PHB take more than ${(this.frameCount - 1) * FRAME_CELLS * 4} bytes; map fewer pages`,
      );
    }
    this.directory[entry] = (upper << (32 - FRAME_SHIFT)) | (lower >>> FRAME_SHIFT);
    this.directory[entry + 1] = upper >>> FRAME_SHIFT;
    this.directory[entry + 2] = frame;
    this.directory[this.usedAt] = frame;
  }
}
