import { describe, expect, test } from 'vitest';
import { Buddy } from '../../models/memory/buddy.ts';
import { Nodes } from '../../models/memory/nodes.ts';
import type { Watermark } from '../../models/memory/watermark.ts';

const MiB = 1n << 20n;
const TiB = 1n << 40n;

function zoneOf(node: number, ramBytes = 16n * MiB, watermark?: Watermark, zone = 'Normal') {
  const memory = { pageShift: 16, base: BigInt(node) * TiB, ramBytes };
  return { node, zone, memory: new Buddy(memory, watermark ? { watermark } : {}) };
}

/** Nodes in the order in which whole-zone requests find them. */
function visited(nodes: Nodes, count: number): bigint[] {
  return Array.from({ length: count }, () => (nodes.allocate(8) as bigint) / TiB);
}

describe('several nodes', () => {
  test('serve a device from its own node first, then from equally near ones above, then below', () => {
    const nodes = new Nodes([zoneOf(0), zoneOf(1), zoneOf(2), zoneOf(3)], 2);
    expect(visited(nodes, 4)).toEqual([2n, 3n, 0n, 1n]);
    expect(nodes.allocate(8)).toBeUndefined();
  });

  test('serve it in the order of distance where one is known', () => {
    const distances = [10, 40, 20, 40];
    const nodes = new Nodes(
      [0, 1, 2, 3].map((node) => zoneOf(node)),
      0,
      (_, to) => distances[to],
    );
    expect(visited(nodes, 4)).toEqual([0n, 2n, 1n, 3n]);
  });

  test('serve it from the highest zone of a node first', () => {
    const low = zoneOf(0, 16n * MiB, undefined, 'DMA');
    const high = {
      ...zoneOf(0),
      memory: new Buddy({ pageShift: 16, base: TiB, ramBytes: 16n * MiB }),
    };
    const nodes = new Nodes([low, high], 0);
    expect(nodes.zones.map(({ zone }) => zone)).toEqual(['Normal', 'DMA']);
    expect(nodes.allocate(0)).toBe(TiB);
  });

  test('go to another node before the own one falls below its low mark', () => {
    const marks = { minPages: 100, lowPages: 200, reservePages: 0 };
    const nodes = new Nodes([zoneOf(0, 16n * MiB, marks), zoneOf(1, 16n * MiB, marks)], 0);
    const taken = Array.from({ length: 114 }, () => (nodes.allocate(0) as bigint) / TiB);
    // 256 pages each: 56 down to the low mark of node 0, 56 of node 1, then node 0 again.
    expect(taken.filter((node) => node === 0n)).toHaveLength(58);
    expect(taken.slice(56, 112)).toEqual(Array.from({ length: 56 }, () => 1n));
  });

  test('get each block back where it came from', () => {
    const nodes = new Nodes([zoneOf(0), zoneOf(1)], 1);
    const before = nodes.zones.map(({ memory }) => memory.freeBlocks);
    const blocks = Array.from({ length: 300 }, () => nodes.allocate(0) as bigint);
    expect(new Set(blocks.map((block) => block / TiB))).toEqual(new Set([0n, 1n]));
    expect(nodes.freeBytes).toBe(212n * 65_536n);
    for (const block of blocks) nodes.free(block, 0);
    expect(nodes.zones.map(({ memory }) => memory.freeBlocks)).toEqual(before);
    expect(() => nodes.free(5n * TiB, 0)).toThrow(/no node has memory/);
  });

  test('say of a failure what the best of them had', () => {
    const nodes = new Nodes([zoneOf(0, 4n * MiB), zoneOf(1, 8n * MiB)], 0);
    expect(nodes.allocate(8)).toBeUndefined();
    expect(nodes.lastFailure).toEqual({
      order: 8,
      bytes: 16n * MiB,
      largestFreeOrder: 7,
      orderMax: 8,
      freeBytes: 12n * MiB,
    });
    expect(nodes.freeBlocks).toEqual([0, 0, 0, 0, 0, 0, 1, 1, 0]);
  });

  test('do not know a node without memory', () => {
    expect(() => new Nodes([zoneOf(0), zoneOf(8)], 5)).toThrow('node: expected one of 0, 8, got 5');
  });
});
