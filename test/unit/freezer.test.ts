import { describe, expect, it } from 'vitest';
import { Freezer } from '../../sim/unit/control/freezer.ts';

const READ = { rid: 0x0100, address: 0x1234_5678n, isWrite: false };

describe('a freeze', () => {
  it('begins with the fault that is found first, whichever request came first', () => {
    const freezer = new Freezer(8);
    freezer.freezeByFault(3, 'page-fault', READ, 900, 0);
    freezer.freezeByFault(3, 'access-fault', { ...READ, isWrite: true }, 500, 0);
    expect(freezer.isFrozen(3, 499)).toBe(false);
    expect(freezer.isFrozen(3, 500)).toBe(true);
    expect(freezer.isFrozen(2, 10_000)).toBe(false);
    const { list, count } = freezer.freezes();
    expect(count).toBe(1);
    expect(list[0]).toMatchObject({
      pe: 3,
      cause: 'access-fault',
      cycle: 500,
      until: undefined,
      // A DMA write: transaction type 0, access fault in bit 19, RID in bits 32 to 47.
      pest: { pest0: 0x0000_1000_0100_0000n, pest1: 0x1234_5678n },
    });
  });

  it('ends with an unfreeze; a fault that is found later freezes again', () => {
    const freezer = new Freezer(8);
    freezer.freezeByFault(3, 'page-fault', READ, 500, 0);
    freezer.freezeByFault(3, 'page-fault', READ, 900, 0);
    freezer.unfreeze(3, 600, 0);
    expect(freezer.isFrozen(3, 899)).toBe(false);
    expect(freezer.isFrozen(3, 900)).toBe(true);
    expect(freezer.freezes().list.map(({ cycle, until }) => [cycle, until])).toEqual([
      [500, 600],
      [900, undefined],
    ]);
  });

  it('takes the PEs of the PELT-V row with it, and not the rows of these', () => {
    const freezer = new Freezer(8);
    freezer.setPeltv(3, 4, true);
    freezer.setPeltv(3, 5, true);
    freezer.setPeltv(3, 5, false);
    freezer.setPeltv(4, 6, true);
    freezer.freeze(3, 10, 0);
    expect([3, 4, 5, 6].map((pe) => freezer.isFrozen(pe, 10))).toEqual([true, true, false, false]);
    expect(freezer.freezes().list.map(({ pe, cause }) => [pe, cause])).toEqual([
      [3, 'software'],
      [4, 'pelt-v'],
    ]);
  });

  it('keeps its place in time when the origin moves', () => {
    const freezer = new Freezer(8);
    freezer.freeze(3, 1000, 0);
    freezer.rebase(800);
    expect(freezer.isFrozen(3, 199)).toBe(false);
    expect(freezer.isFrozen(3, 200)).toBe(true);
    freezer.unfreeze(3, 300, 800);
    expect(freezer.freezes().list).toMatchObject([{ cycle: 1000, until: 1100 }]);
  });

  it('is kept a thousand times, and counted for ever', () => {
    const freezer = new Freezer(8);
    for (let turn = 0; turn < 1500; turn += 1) {
      freezer.freeze(1, turn * 10, 0);
      freezer.unfreeze(1, turn * 10 + 5, 0);
    }
    expect(freezer.freezes().list).toHaveLength(1000);
    expect(freezer.freezes().count).toBe(1500);
  });
});

describe('a fence', () => {
  it('stops everything until a reset, which ends freezes too', () => {
    const freezer = new Freezer(8);
    freezer.freeze(1, 5, 0);
    freezer.fence(20, 0);
    expect(freezer.isFenced(19)).toBe(false);
    expect(freezer.isFenced(20)).toBe(true);
    freezer.reset(30, 0);
    expect(freezer.isFenced(1000)).toBe(false);
    expect(freezer.isFrozen(1, 1000)).toBe(false);
    expect(freezer.fences).toEqual([{ cycle: 20, until: 30 }]);
  });
});
