/** What a partition's kernel does about DMA windows, by its era and by what firmware offers. */
import { describe, expect, test } from 'vitest';
import { assumed } from '../../models/origin.ts';
import { decodeWindowProperty, encodeWindowProperty } from '../../models/pseries/ddw-property.ts';
import { powervmEndpoint, qemuEndpoint } from '../../models/pseries/endpoint-presets.ts';
import { GUEST_5_8, GUEST_5_17, GUEST_6_11, GUEST_6_15 } from '../../models/pseries/guest-era.ts';
import { POWERVM_PLATFORM } from '../../models/pseries/platform.ts';
import {
  GiB,
  LIST_PAGE,
  MiB,
  partitionOf,
  powervmGuest,
  qemuGuest,
  START_64,
  startGuest,
  TiB,
} from './pseries-host.ts';

const ERAS = [GUEST_5_8, GUEST_5_17, GUEST_6_11, GUEST_6_15];

describe('a guest of 2 GiB under QEMU, growable to 4 GiB', () => {
  test('makes the window of the capture: 4 GiB of 16M pages, all memory with one call', () => {
    const { guest, state, hypervisor } = qemuGuest(GUEST_6_11, { spec: qemuEndpoint(2) });
    const answer = guest.enable(state, 64);
    expect(answer).toMatchObject({
      isDirect: true,
      serves: 'direct',
      dmaOffset: START_64,
      busLimit: 0n,
    });
    expect(answer.window?.property).toEqual({
      liobn: 0x8000_0201,
      start: START_64,
      pageShift: 24,
      windowShift: 32,
    });
    expect(answer.window?.propertyName).toBe('linux,direct64-ddr-window-info');
    expect(hypervisor.calls).toMatchObject({ H_PUT_TCE_INDIRECT: 1, H_STUFF_TCE: 0 });
    expect(hypervisor.getTce(0x8000_0201, START_64 + 127n * 16n * MiB).tce).toBe(0x7f00_0003n);
    expect(hypervisor.getTce(0x8000_0201, START_64 + 128n * 16n * MiB).tce).toBe(0n);
    expect(state.defaultWindow?.liobn).toBe(0x8000_0200);
  });

  test('tells each step in words', () => {
    const { guest, state } = qemuGuest(GUEST_6_11, { spec: qemuEndpoint(2) });
    expect(guest.enable(state, 64).steps).toEqual([
      {
        call: 'ibm,query-pe-dma-windows',
        outcome: '1 window available, largest block 2147483648 TCEs, pages 4K, 64K, 2M, 16M',
      },
      { call: 'decision', outcome: 'pages of 16M; 4 GiB map all memory for good' },
      {
        call: 'ibm,create-pe-dma-window 4G of 16M pages',
        outcome: 'LIOBN 0x80000201 at bus address 0x800000000000000',
      },
      { call: 'H_PUT_TCE_INDIRECT LIOBN 0x80000201', outcome: '1 call, 128 TCEs' },
      { call: 'linux,direct64-ddr-window-info', outcome: 'added to the device tree' },
    ]);
  });

  test('asks once for all devices of the node', () => {
    const { guest, state, hypervisor } = qemuGuest(GUEST_6_11);
    const first = guest.enable(state, 64);
    const second = guest.enable(state, 64);
    expect(second.window).toBe(first.window);
    expect(second.steps).toHaveLength(1);
    expect(hypervisor.calls.H_PUT_TCE_INDIRECT).toBe(1);
  });
});

describe('the mask of the driver', () => {
  test.each([
    [GUEST_5_17, 63, 'default window'],
    [GUEST_5_17, 64, 'direct'],
    [GUEST_6_15, 32, 'default window'],
    [GUEST_6_15, 33, 'dynamic'],
    [GUEST_6_15, 48, 'direct'],
  ])('$name with %s bits is served by %s', (facts, bits, serves) => {
    const partition = partitionOf(64n * GiB);
    const { guest, state } = powervmGuest(facts, powervmEndpoint(0, TiB), partition);
    expect(guest.enable(state, bits).serves).toBe(serves);
  });

  test('of less than 64 bits puts windows at 4 GiB, and cuts them to what the device reaches', () => {
    const partition = partitionOf(64n * GiB);
    const { guest, state } = powervmGuest(GUEST_6_15, powervmEndpoint(0, TiB), partition);
    const answer = guest.enable(state, 36);
    expect(answer).toMatchObject({ serves: 'dynamic', dmaOffset: 1n << 32n });
    expect(answer.window?.property.windowShift).toBe(36);
    expect(answer.steps[1]).toEqual({
      call: 'ibm,reset-pe-dma-windows limited',
      outcome: 'limited addressing',
    });
  });

  test('of less than 64 bits fails for good where firmware has no limited addressing', () => {
    const { guest, state } = qemuGuest(GUEST_6_15);
    const answer = guest.enable(state, 40);
    expect(answer.serves).toBe('default window');
    expect(answer.steps.at(-1)?.outcome).toBe('Limited Address Space for DDW not Supported');
    expect(guest.enable(state, 64).steps).toEqual([
      { call: 'list of failures', outcome: 'it failed before and is not tried again' },
    ]);
  });
});

describe('a window that cannot map all memory', () => {
  const partition = () => partitionOf(512n * GiB);
  // 2^19 TCEs of 2 MiB are 1 TiB; half of it is missing.
  const spec = powervmEndpoint(0, 512n * GiB);

  test('is not made by 5.8, which tries no more', () => {
    const { guest, state, hypervisor } = powervmGuest(GUEST_5_8, spec, partition());
    expect(guest.enable(state, 64).serves).toBe('default window');
    expect(state.isFailed).toBe(true);
    expect(hypervisor.table(0x7000_0001)).toBeUndefined();
  });

  test.each([
    [GUEST_5_17, 0x8000_0000n],
    [GUEST_6_15, 0x400n],
  ])('is used page by page by $name, with the addresses of MMIO kept free', (facts, first) => {
    const { guest, state } = powervmGuest(facts, spec, partition());
    const answer = guest.enable(state, 64);
    expect(answer).toMatchObject({ isDirect: false, serves: 'dynamic' });
    expect(answer.window?.propertyName).toBe('linux,dma64-ddr-window-info');
    expect(answer.window?.property).toMatchObject({ pageShift: 21, windowShift: 39 });
    expect(answer.dynamicTable).toMatchObject({ slot: 1, start: START_64, bytes: 512n * GiB });
    expect(answer.dynamicTable?.reserved.first).toBe(first);
  });

  test('is emptied first: with one call by 5.17, which new PowerVM refuses, with 512 TCEs a call later', () => {
    const stuffed = (facts: typeof GUEST_5_17) => {
      const started = powervmGuest(facts, spec, partition());
      return started.guest.enable(started.state, 64).steps.at(-2)?.outcome;
    };
    expect(stuffed(GUEST_5_17)).toBe('1 call, 0 TCEs, then H_PARAMETER');
    expect(stuffed(GUEST_6_11)).toBe('512 calls, 262144 TCEs');
  });
});

describe('the page size', () => {
  test('is 64K for 5.8 where firmware names 4K, 64K and 2M, and 2M later', () => {
    const pages = ERAS.map((facts) => {
      const spec = powervmEndpoint(0, 64n * TiB);
      const { guest, state } = powervmGuest(facts, spec, partitionOf(GiB));
      return guest.enable(state, 64).window?.property.pageShift;
    });
    expect(pages).toEqual([16, 21, 21, 21]);
  });

  test('of 16G makes a window smaller than one page, which firmware refuses', () => {
    const spec = powervmEndpoint(0, TiB, { pageShifts: [12, 34] });
    const { guest, state } = powervmGuest(GUEST_6_11, spec, partitionOf(GiB));
    expect(guest.enable(state, 64).steps.at(-1)).toEqual({
      call: 'ibm,create-pe-dma-window 2G of 16G pages',
      outcome: 'failed, status -3',
    });
  });

  test('must be one that the kernel knows', () => {
    const spec = powervmEndpoint(0, TiB, { pageShifts: [28] });
    const { guest, state } = powervmGuest(GUEST_5_8, spec, partitionOf(GiB));
    expect(guest.enable(state, 64).steps.at(-1)?.outcome).toContain('none of the page sizes');
  });
});

test('a busy firmware is asked again until it has done it', () => {
  const ddw = { ...POWERVM_PLATFORM.ddw, busyAnswers: assumed(3, 'test') };
  const rules = { ...POWERVM_PLATFORM, ddw };
  const { guest, state } = startGuest(GUEST_6_11, rules, powervmEndpoint(0, TiB), partitionOf(GiB));
  const { steps, serves } = guest.enable(state, 64);
  expect(serves).toBe('direct');
  expect(steps.filter(({ outcome }) => outcome === 'busy, tried again')).toHaveLength(3);
});

test('the property is 24 bytes, big-endian, with a hole behind the LIOBN', () => {
  const window = { liobn: 0x8000_0201, start: START_64, pageShift: 24, windowShift: 32 };
  const bytes = encodeWindowProperty(window);
  expect(Buffer.from(bytes).toString('hex')).toBe(
    '80000201' + '00000000' + '0800000000000000' + '00000018' + '00000020',
  );
  expect(decodeWindowProperty(bytes)).toEqual(window);
  expect(decodeWindowProperty(bytes.subarray(0, 20))).toBeUndefined();
});

test('the page for lists holds the last list that was passed', () => {
  const { guest, state, caller } = qemuGuest(GUEST_6_11);
  guest.enable(state, 64);
  expect(caller.guestMemory.read(LIST_PAGE)).toBe(3n);
  expect(caller.guestMemory.read(LIST_PAGE + 127n * 8n)).toBe(0x7f00_0003n);
  expect(caller.guestMemory.read(LIST_PAGE + 128n * 8n)).toBe(0n);
});
