/**
 * Windows of a PE whose TVE select is GTE4GB (Linux patch "powerpc/powernv/phb4: Add 4GB IOMMU bypass
 * mode", 2020-03-23): the second one begins at 4 GiB, its table at bus address 0.
 */
import { expect, test } from 'vitest';
import { tveIndex } from '../../models/address.ts';
import { reportContainer } from '../../models/kernel/vfio/container-report.ts';
import { decodeTve } from '../../models/tve.ts';
import { walk } from '../../models/walk.ts';
import { create, map, outcome, PE, TestHost, withMemory } from './vfio-host.ts';

const GiB = 1n << 30n;
const START = 4n * GiB;

/** A host with a first window of 1 GiB and a second of so many bytes, 64K pages and 2 levels. */
function hostWith(windowBytes: bigint): TestHost {
  const host = withMemory(new TestHost({ tveSelect: 'gte4gb' }).attachWithoutDefault());
  create(host, GiB, 16, 2);
  expect(create(host, windowBytes, 16, 2)).toEqual({ rc: 0, startAddress: START });
  return host;
}

test('the second window begins at 4 GiB', () => {
  const [first, second] = reportContainer(hostWith(GiB).container).windows;
  expect([first.startAddress, second.startAddress]).toEqual([0n, START]);
});

// The table of a window from 4 GiB on owns the TCEs below 4 GiB as well, rounded up to a power of two.
test.each([
  [GiB, 8n * GiB],
  [4n * GiB, 8n * GiB],
  [8n * GiB, 16n * GiB],
])('the table of a second window of %d bytes reaches %d', (windowBytes, tableBytes) => {
  const [, second] = reportContainer(hostWith(windowBytes).container).windows;
  expect(second.requestedBytes).toBe(windowBytes);
  expect(second.effectiveBytes).toBe(tableBytes - START);
});

test('a page of the second window is found by its whole bus address, through the second TVE', () => {
  const host = hostWith(4n * GiB);
  const address = START + 0x12_0000n;
  expect(outcome(map(host, address, 0x1_0000n))).toBe('ok');
  const index = tveIndex(PE, address, 'gte4gb');
  expect(index).toBe(2 * PE + 1);
  const tve = decodeTve(host.phb.tvt.get(index) as bigint, 'ioda3');
  const { reads, outcome: found } = walk(tve, address + 5n, 'read', (at) => host.memory.read(at));
  expect(found).toEqual({ real: GiB + 5n, permission: 3 });
  expect(reads.at(-1)?.index).toBe((address >> 16n) & 8191n);
});

test('MAP below 4 GiB reaches the first window, or none', () => {
  const host = hostWith(4n * GiB);
  expect(outcome(map(host, GiB - 0x1_0000n, 0x1_0000n))).toBe('ok');
  expect(outcome(map(host, 2n * GiB, 0x1_0000n))).toBe('ENXIO');
  expect(outcome(map(host, START - 0x1_0000n, 0x1_0000n))).toBe('ENXIO');
  expect(outcome(map(host, START, 0x1_0000n))).toBe('ok');
  expect(outcome(map(host, START + 4n * GiB, 0x1_0000n))).toBe('ENXIO');
});

test('a window size that is no power of two is refused as it was asked for', () => {
  const host = new TestHost({ tveSelect: 'gte4gb' }).attachWithoutDefault();
  create(host, GiB, 16, 1);
  expect(create(host, 3n * GiB, 16, 1)).toMatchObject({ errno: 'EINVAL' });
});
