import { describe, expect, test } from 'vitest';
import { linkRate } from '../../models/phb/link-rate.ts';

describe('the rate of a link', () => {
  test.each([
    // Gb/s a lane: 2 and 4 (8b/10b), 8, 16 and 32 times 128/130; a byte takes 8 / Gb/s ns.
    [1, 1, 1000, 4],
    [2, 4, 500, 8 / 16 / 2],
    [3, 8, 250, (8 / (64 * (128 / 130))) * 0.25],
    [4, 16, 500, (8 / (256 * (128 / 130))) * 0.5],
    [5, 8, 2000, (8 / (256 * (128 / 130))) * 2],
  ])('of generation %i x%i at %i MHz is %f cycles a byte', (generation, width, clockMHz, cycles) => {
    const { parts, partsPerCycle } = linkRate({ generation, width, gbps: 0 }, clockMHz);
    expect(parts / partsPerCycle).toBeCloseTo(cycles, 12);
    expect(Number.isInteger(parts) && Number.isInteger(partsPerCycle)).toBe(true);
  });

  test('in Gb/s stands before generation and width, exactly', () => {
    const speed = { generation: 4, width: 16, gbps: 61.68 };
    expect(linkRate(speed, 500)).toEqual({ parts: 50, partsPerCycle: 771 });
  });

  test('of generation 0 without Gb/s is no time at all', () => {
    expect(linkRate({ generation: 0, width: 16, gbps: 0 }, 500).parts).toBe(0);
  });
});
