/** Requests at an interval: one a cycle, and exact where the interval is no whole number of cycles. */
import { describe, expect, it } from 'vitest';
import { randomOf } from '../../traces/random.ts';
import { LOOKED, type RequestOptions, rigWithWindow } from './rig.ts';

const PAGE = 0x1_0000;
const REQUESTS = 40_000;

/** Requests to random pages of a window. */
function randomRequests(pages: number, count: number, write: boolean) {
  const random = randomOf('throughput');
  return Array.from({ length: count }, (): [number, RequestOptions] => [
    Math.floor(random() * pages) * PAGE,
    { write },
  ]);
}

describe('throughput', () => {
  it('of hits at an interval of one cycle is one a cycle', () => {
    const { rig } = rigWithWindow(1, 1, {}, { kind: 'interval', ps: 1000 });
    rig.sendAll(randomRequests(1, REQUESTS, true));
    expect(rig.unit.counts().cycles).toBeGreaterThanOrEqual(REQUESTS);
    expect(rig.unit.counts().cycles).toBeLessThan(REQUESTS + 1000);
  });

  it('at an interval of 1000.5 cycles has its second request at edge 1001', () => {
    const { rig } = rigWithWindow(1, 1, {}, { kind: 'interval', ps: 1_000_500 });
    rig.send(0, { write: true });
    expect(rig.unit.counts().cycles).toBe(1001 + LOOKED + 208 + 16);
  });

  it('at an interval that is no whole number of cycles keeps the exact mean', () => {
    const { rig } = rigWithWindow(1, 1, {}, { kind: 'interval', ps: 61_680 });
    rig.sendAll(randomRequests(1, REQUESTS, true));
    // The rig's own warm-up request was the first of the series.
    const last = Math.ceil((REQUESTS * 61_680) / 1000);
    expect(rig.unit.counts().cycles - last).toBeGreaterThanOrEqual(0);
    expect(rig.unit.counts().cycles - last).toBeLessThanOrEqual(LOOKED + 16 + 1);
  });
});
