/**
 * The allocator of bus addresses once more, slow and plain: an array of booleans, every candidate tried
 * from the lowest up, all arithmetic in BigInt or small numbers. Written from the kernel's rules and not
 * from models/kernel/host-dma.
 */
import type { IovaRequest, IovaSpace } from '../../models/kernel/host-dma/iova-pools.ts';

interface SlowPool {
  readonly start: number;
  readonly end: number;
  hint: number;
}

export class SlowIova {
  readonly taken: boolean[];
  readonly pools: SlowPool[] = [];
  private readonly space: IovaSpace;

  constructor(space: IovaSpace) {
    this.space = space;
    this.taken = new Array(space.entries).fill(false);
    const windowBytes = BigInt(space.entries) << BigInt(space.pageShift);
    const count = windowBytes < 1024n * 1024n * 1024n ? 1 : 4;
    const size = Math.trunc(Math.trunc((space.entries * 3) / 4) / count);
    for (let start = 0; this.pools.length < count; start += size) {
      this.pools.push({ start, end: start + size, hint: start });
    }
    this.pools.push({ start: size * count, end: space.entries, hint: size * count });
    this.markReserved();
  }

  allocate(request: IovaRequest): number | undefined {
    if (request.pages === 0) return undefined;
    const isLarge = request.pages >= 16;
    const small = this.pools.slice(0, -1);
    const large = this.pools[this.pools.length - 1];
    const own =
      Number(((BigInt(request.processor) * 0x61c88647n) % 2n ** 32n) >> 30n) % small.length;
    let pool = isLarge ? large : small[own];
    const turns = small.map((_, index) => small[(own + 1 + index) % small.length]);
    const later = this.space.largePoolIsLastResort ? [...turns, large] : turns;
    for (let pass = 0; pass < 2 + later.length; pass += 1) {
      if (pass >= 2) pool = later[pass - 2];
      if (pass >= 1) pool.hint = pool.start;
      const handle = request.handle?.next ?? 0;
      let from = pool.hint;
      if (pass === 0 && handle !== 0 && handle >= pool.start && handle < pool.end) from = handle;
      if (from >= pool.end) from = pool.start;
      let limit = pool.end;
      if (pool.end + this.space.offset > request.mask) {
        limit = request.mask + 1 - this.space.offset;
        const masked = Number(BigInt(from) & BigInt(request.mask));
        if (pass > 0 || masked >= limit) {
          pool = small[0];
          from = pool.start;
        } else {
          from = masked;
        }
      }
      const entry = this.lowest(from, limit - 1, request);
      if (entry === undefined) continue;
      for (let at = entry; at < entry + request.pages; at += 1) this.taken[at] = true;
      const end = entry + request.pages;
      pool.hint = isLarge ? end : end + ((16 - (end % 16)) % 16);
      if (request.handle !== undefined) request.handle.next = end;
      return entry;
    }
    return undefined;
  }

  free(entry: number, pages: number): boolean {
    if (entry < 0 || entry + pages > this.space.entries) return false;
    this.taken.fill(false, entry, entry + pages);
    return true;
  }

  markReserved(): void {
    const { offset, entries, reserved } = this.space;
    if (offset === 0) this.taken[0] = true;
    for (let entry = 0; entry < entries && reserved !== undefined; entry += 1) {
      const address = entry + offset;
      if (address >= reserved.start && address < reserved.end) this.taken[entry] = true;
    }
  }

  private lowest(from: number, end: number, request: IovaRequest): number | undefined {
    const { pages, alignOrder, boundary } = request;
    for (let entry = from; entry + pages <= end; entry += 1) {
      if (entry % 2 ** alignOrder !== 0) continue;
      const first = BigInt(this.space.offset + entry) / BigInt(boundary);
      const last = BigInt(this.space.offset + entry + pages - 1) / BigInt(boundary);
      if (first !== last) continue;
      if (!this.taken.slice(entry, entry + pages).includes(true)) return entry;
    }
    return undefined;
  }
}
