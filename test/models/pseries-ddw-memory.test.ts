/** How DMA windows go with a partition's memory: persistent, added, removed, or not to be mapped. */
import { describe, expect, test } from 'vitest';
import {
  powervmEndpoint,
  qemuEndpoint,
  virtualFunction,
} from '../../models/pseries/endpoint-presets.ts';
import { GUEST_5_17, GUEST_6_11 } from '../../models/pseries/guest-era.ts';
import { GiB, partitionOf, powervmGuest, qemuGuest, START_64, TiB } from './pseries-host.ts';

describe('persistent memory', () => {
  const pmem = () => partitionOf(8n * GiB, { hasPmem: true });

  test('is mapped, too, where a window can have all 51 bits', () => {
    const spec = powervmEndpoint(0, TiB, { tceBudget: 1n << 31n });
    const { guest, state } = powervmGuest(GUEST_6_11, spec, pmem());
    const answer = guest.enable(state, 64);
    expect(answer.window?.property.windowShift).toBe(51);
    expect(answer).toMatchObject({ isDirect: true, busLimit: 0n });
  });

  test('otherwise limits what can be reached directly, if the default window is still there', () => {
    const { guest, state } = powervmGuest(GUEST_5_17, powervmEndpoint(0, TiB), pmem());
    const answer = guest.enable(state, 64);
    expect(answer.steps[1].outcome).toContain('Skipping ibm,pmemory');
    expect(answer).toMatchObject({ isDirect: true, busLimit: START_64 + 16n * GiB });
  });

  test('makes the one window of a virtual function dynamic in 5.17', () => {
    const { guest, state } = powervmGuest(GUEST_5_17, virtualFunction(0), pmem());
    const answer = guest.enable(state, 64);
    expect(answer).toMatchObject({ isDirect: false, serves: 'dynamic', busLimit: 0n });
    expect(answer.window?.property.windowShift).toBe(34);
  });

  test('shares that window with memory since 6.11, behind it', () => {
    const { guest, state, hypervisor } = powervmGuest(GUEST_6_11, virtualFunction(0), pmem());
    const answer = guest.enable(state, 64);
    expect(answer).toMatchObject({
      isDirect: true,
      serves: 'hybrid',
      busLimit: START_64 + 16n * GiB,
    });
    expect(answer.window?.property.windowShift).toBe(35);
    expect(answer.window?.propertyName).toBe('linux,direct64-ddr-window-info');
    expect(answer.dynamicTable).toMatchObject({ start: START_64 + 16n * GiB, bytes: 16n * GiB });
    // 8 GiB of 64K pages in 256 lists, and 16 GiB emptied.
    expect(hypervisor.calls).toMatchObject({ H_PUT_TCE_INDIRECT: 256, H_STUFF_TCE: 512 });
  });

  test('does not share it without 2 GiB of room behind memory', () => {
    const started = powervmGuest(GUEST_6_11, virtualFunction(0), {
      ...partitionOf(16n * GiB, { hasPmem: true }),
    });
    const answer = started.guest.enable(started.state, 64);
    expect(answer).toMatchObject({ isDirect: false, serves: 'dynamic' });
    expect(answer.window?.property.windowShift).toBe(35);
  });
});

describe('memory that comes and goes', () => {
  const more = { start: 2n * GiB, bytes: GiB };

  test('is mapped where windows are direct, and cleared again', () => {
    const { guest, state, hypervisor } = qemuGuest(GUEST_6_11);
    guest.enable(state, 64);
    expect(guest.addMemory(more)).toMatchObject({
      isAccepted: true,
      steps: [{ call: 'H_PUT_TCE_INDIRECT LIOBN 0x80000001', outcome: '1 call, 64 TCEs' }],
    });
    expect(hypervisor.getTce(0x8000_0001, START_64 + 2n * GiB).tce).toBe(2n * GiB + 3n);
    expect(guest.removeMemory(more).steps).toEqual([
      { call: 'H_STUFF_TCE LIOBN 0x80000001', outcome: '1 call, 64 TCEs' },
    ]);
    expect(hypervisor.getTce(0x8000_0001, START_64 + 2n * GiB).tce).toBe(0n);
  });

  test('is refused when it lies behind the window', () => {
    const { guest, state } = qemuGuest(GUEST_5_17);
    guest.enable(state, 64);
    expect(guest.addMemory({ start: 8n * GiB, bytes: GiB }).isAccepted).toBe(false);
  });

  test('is mapped in windows that are used page by page, too, until 6.11', () => {
    const touched = [GUEST_5_17, GUEST_6_11].map((facts) => {
      const spec = powervmEndpoint(0, 512n * GiB);
      const started = powervmGuest(facts, spec, partitionOf(512n * GiB));
      started.guest.enable(started.state, 64);
      return started.guest.addMemory({ start: 512n * GiB - GiB, bytes: GiB }).steps.length;
    });
    expect(touched).toEqual([1, 0]);
  });

  test('is nothing to a guest without windows', () => {
    const { guest, state } = qemuGuest(GUEST_6_11, { spec: qemuEndpoint(0, { hasDdw: false }) });
    expect(guest.enable(state, 64).steps.at(-1)?.outcome).toBe('firmware makes no windows');
    expect(guest.addMemory(more)).toEqual({ isAccepted: true, steps: [] });
  });
});

test('a failing call of the direct map takes the window back and is remembered', () => {
  const partition = partitionOf(2n * GiB);
  // A run that 16M pages round to nothing: a list of no TCE, which QEMU refuses.
  partition.runs.push({ start: 3n * GiB, bytes: 64n * 1024n });
  const { guest, state, hypervisor } = qemuGuest(GUEST_6_11, { partition });
  const { steps, serves } = guest.enable(state, 64);
  expect(serves).toBe('default window');
  expect(steps.slice(-4).map(({ outcome }) => outcome)).toEqual([
    '1 call, 128 TCEs',
    '1 call, 0 TCEs, then H_PARAMETER',
    '1 call, 256 TCEs',
    'removed',
  ]);
  expect(hypervisor.table(0x8000_0001)).toBeUndefined();
  expect(hypervisor.table(0x8000_0000)?.entries).toBe(262_144);
  expect(state.isFailed).toBe(true);
});
