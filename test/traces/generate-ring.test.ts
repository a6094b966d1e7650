import { describe, expect, test } from 'vitest';
import { generate } from '../../traces/generate/generate.ts';
import { rowsOf } from './rows.ts';

async function rows(name: string, parameters: Record<string, string>) {
  return rowsOf(generate(name, parameters));
}

describe('ring', () => {
  test('reads a descriptor, writes the payload, writes a completion', async () => {
    const all = await rows('ring', { requests: '6', base: '1M' });
    expect(all.map(({ op, address, length }) => [op, Number(address) - 2 ** 20, length])).toEqual([
      ['read', 0, 16],
      ['write', 2 * 65_536, 1500],
      ['write', 65_536, 16],
      ['read', 16, 16],
      ['write', 2 * 65_536 + 2048, 1500],
      ['write', 65_536 + 16, 16],
    ]);
  });

  test('with strict=yes maps a page of its own before each packet and unmaps it after', async () => {
    const all = await rows('ring', { requests: '6', strict: 'yes', memory: '1G' });
    expect(all.map(({ op }) => op)).toEqual([
      ...['map', 'map'],
      ...['map', 'read', 'write', 'write', 'unmap'],
      ...['map', 'read', 'write', 'write', 'unmap'],
    ]);
    expect(all[7]).toMatchObject({
      address: 3n << 16n,
      length: 65_536,
      value: (1n << 30n) | (3n << 16n) | 2n,
    });
    expect(all[9]).toMatchObject({ address: 3n << 16n });
    expect(all[11]).toMatchObject({ op: 'unmap', address: 3n << 16n, length: 65_536 });
  });

  test('with strict=yes maps both rings of each device before the first packet, to read and write', async () => {
    const strict = { strict: 'yes', memory: '1G', devices: '2', descriptors: '8192' };
    const all = await rows('ring', { requests: '6', ...strict });
    const rings = all.slice(0, 4).map(({ op, pe, address, length }) => [op, pe, address, length]);
    expect(rings).toEqual([
      ['map', 1, 0n, 131_072],
      ['map', 1, 131_072n, 131_072],
      ['map', 2, 0n, 131_072],
      ['map', 2, 131_072n, 131_072],
    ]);
    expect(all.slice(0, 2).map(({ value }) => value)).toEqual([
      (1n << 30n) | 3n,
      (1n << 30n) | 131_072n | 3n,
    ]);
    expect(all.filter(({ op }) => op === 'map').length).toBe(4 + 2);
  });

  test('uses each ring entry again after its number of descriptors', async () => {
    const all = await rows('ring', { requests: '12', descriptors: '2' });
    const reads = all.filter(({ op }) => op === 'read').map(({ address }) => address);
    expect(reads).toEqual([0n, 16n, 0n, 16n]);
  });
});
