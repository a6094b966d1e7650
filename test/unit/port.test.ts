/** The port by hand-made examples: one byte takes one cycle (8 Gb/s at 1 GHz), the front end takes 7. */
import { describe, expect, it } from 'vitest';
import { LOOKED, type Overrides, rigWithWindow } from './rig.ts';

const LINK: Overrides = { link: { gbps: 8, requestOverheadBytes: 24, payloadBytes: 128 } };

/** A rig whose first page is in the TCE cache. */
function warm(overrides: Overrides) {
  const { rig } = rigWithWindow(1, 64, { ...LINK, ...overrides });
  rig.send(0, { step: 5000, write: true });
  return rig;
}

describe('the link', () => {
  it('carries one TLP after the other', () => {
    const rig = warm({});
    const first = rig.send(0, { step: 5000, write: true, bytes: 100 });
    const second = rig.send(0, { write: true, bytes: 50 });
    expect(first.parts.link).toBe(124);
    expect(second.parts.link).toBe(124 + 74);
    expect(second.latency).toBe(124 + 74 + LOOKED + 16);
  });

  it('cuts a write at the payload size, at aligned addresses', () => {
    const rig = warm({});
    const before = rig.counts().hit;
    rig.send(100, { step: 5000, write: true, bytes: 300 });
    // 28 bytes up to 128, then 128, 128, and the 16 that are left.
    expect(rig.counts().hit - before).toBe(4);
  });
});

describe('credits', () => {
  it('hold a write back until the one before it is handed on', () => {
    const rig = warm({ credits: { postedHeaders: 1 }, tceCache: { lookupCycles: 1000 } });
    const first = rig.send(0, { step: 5000, write: true, bytes: 100 });
    const second = rig.send(0, { write: true, bytes: 100 });
    expect(first.parts.creditWait).toBe(0);
    // The first is handed on 1 + 2 + 1000 cycles after it was received, at 124.
    expect(second.parts).toMatchObject({ creditWait: 1003, link: 124 + 124 });
  });

  it('of data come in units of 16 bytes', () => {
    const overrides = { credits: { postedData: 10 }, tceCache: { lookupCycles: 1000 } };
    const waits = [80, 81].map((bytes) => {
      const rig = warm(overrides);
      rig.send(0, { step: 5000, write: true, bytes: 80 });
      return rig.send(0, { write: true, bytes }).parts.creditWait;
    });
    expect(waits[0]).toBe(0);
    expect(waits[1]).toBeGreaterThan(900);
  });

  it('of a read come back when it completes', () => {
    const rig = warm({ credits: { nonPostedHeaders: 1 }, dma: { readNs: 500, readEngines: 1 } });
    const first = rig.send(64, { step: 5000, bytes: 128 });
    const second = rig.send(0, { bytes: 64 });
    // Two lines: the second has its engine 500 cycles after the first.
    expect(first.parts).toMatchObject({ link: 24, engineWait: 500 });
    // Received at 24, looked up at 31, both lines are there at 1031, and 148 bytes later with the device.
    expect(second.parts.creditWait).toBe(1031 + 148 - 24);
  });
});

describe('the data of reads', () => {
  it('come back as completions, each with its header', () => {
    const rig = warm({ link: { ...LINK.link, readRequestBytes: 512 } });
    const { parts } = rig.send(0, { step: 5000, bytes: 512 });
    expect(parts.completion).toBe(512 + 4 * 20);
  });

  it('come back in the order in which reads got their addresses', () => {
    const rig = warm({ dma: { readNs: 100 } });
    rig.sendAll([
      [16 * 0x1_0000, { step: 5000, bytes: 64 }],
      [0, { bytes: 64 }],
    ]);
    // The hit is second on the link, and first back: received at 48, data at 155, done at 239. The miss is
    // received at 24, its data come at 24 + 7 + 208 + 100 = 339, and it is done 84 later.
    expect(rig.unit.counts().cycles).toBe(10_000 + 339 + 84);
  });
});
