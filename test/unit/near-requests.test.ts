/** Requests of one device to one 4 KiB block, one behind the other: what the first finds, the others find. */
import { describe, expect, it } from 'vitest';
import { Rig, rigWithWindow } from './rig.ts';

describe('a request right behind one of the same device and block', () => {
  it('is refused by itself, where the TCE allows the other direction only', () => {
    const { rig, leaf } = rigWithWindow(1, 1);
    rig.map(leaf, 0, 16, 1);
    rig.sendAll([[0x40], [0x80, { write: true }], [0xc0]]);
    expect(rig.counts()).toMatchObject({ miss: 1, 'access-fault': 1 });
  });

  it('misses when a kill stands between them, and hits when nothing does', () => {
    const { rig } = rigWithWindow(1, 1);
    const late = { step: 10_000 };
    rig.sendSome([[0x40], [0x80, late]]);
    rig.unit.kill(1n << 63n);
    rig.sendAll([
      [0xc0, late],
      [0x100, late],
    ]);
    expect(rig.counts()).toMatchObject({ miss: 2, hit: 2 });
  });

  it('has another translation if its RID has another PE, or its page is another', () => {
    const { rig } = rigWithWindow(1, 2);
    rig.assign(0x200, 6);
    rig.window(6, 1, 1);
    const late = { step: 10_000 };
    rig.sendAll([[0], [0, { rid: 0x200, ...late }], [0, late], [0x1_0000, late], [0x1000, late]]);
    expect(rig.counts()).toMatchObject({ miss: 3, hit: 2 });
  });

  it('walks again for each TLP of a DMA, where a TCE that refuses is not kept', () => {
    const overrides = { link: { generation: 0, payloadBytes: 256 } };
    const tlpsThatWalk = (negative: boolean) => {
      const { rig } = rigWithWindow(1, 0, { ...overrides, tceCache: { negative } });
      rig.sendAll([[0, { write: true, bytes: 1024 }]]);
      expect(rig.counts()).toMatchObject({ 'page-fault': 4 });
      return rig.unit.counts().walkReads[0];
    };
    expect(tlpsThatWalk(false)).toBe(4);
    expect(tlpsThatWalk(true)).toBe(1);
  });

  it('is dropped from the cycle on at which its PE freezes, in the middle of a DMA', () => {
    const rig = new Rig({
      link: { generation: 0, payloadBytes: 128 },
      fault: { freezesPe: true },
    });
    rig.assign(0x100, 5);
    rig.window(5, 1, 1);
    // The fault of page 1 is found 7 + 108 cycles after its arrival: its TCE's line is in the host's caches.
    // TLP k of the DMA, 90 cycles behind, is decided at 90 + 1 + 2 + k: 22 of 32 before that.
    rig.sendAll([
      [0, { write: true }],
      [0x1_0000, { step: 10_000 }],
      [0, { write: true, bytes: 4096, step: 90 }],
    ]);
    expect(rig.counts()).toMatchObject({ miss: 1, 'page-fault': 1, hit: 22, frozen: 10 });
  });
});
