/** The engine cannot hang: what waits for something that will never come says so, with cycle and queue. */
import { describe, expect, it } from 'vitest';
import { phb4 } from '../../models/phb/phb4.ts';
import { configOf } from '../../models/phb/spec.ts';
import { createArrivals } from '../../sim/unit/port/arrivals.ts';
import { Port } from '../../sim/unit/port/port.ts';

/** Reads that all got lost. */
const LOST = { size: 0, firstTime: () => 0, completeFirst: () => {} };

describe('the watchdog', () => {
  it('of a closed loop names the cycle when requests never complete', () => {
    const pacing = { kind: 'closed', outstanding: 2, everyPs: 7000, each: 'phb' } as const;
    const loop = createArrivals(pacing, 1000);
    loop.follow(LOST);
    loop.next(0, 0);
    loop.next(0, 0);
    expect(() => loop.next(0, 0)).toThrow('cycle 7: closed loop: none of 2 requests can complete');
  });

  it('of the port names the cycle when no read gives its credit back', () => {
    const config = configOf(phb4);
    const port = new Port({ ...config, credits: { ...config.credits, nonPostedHeaders: 1 } });
    port.follow(LOST);
    port.receive(10, 0, 64);
    expect(() => port.receive(33, 0, 64)).toThrow('cycle 33: non-posted credits: none is due');
  });
});
