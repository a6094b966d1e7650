/** What a partition's kernel does for a device that may have one DMA window only. */
import { describe, expect, test } from 'vitest';
import { virtualFunction } from '../../models/pseries/endpoint-presets.ts';
import { GUEST_5_8, GUEST_5_17, GUEST_6_15 } from '../../models/pseries/guest-era.ts';
import { POWERVM_PLATFORM } from '../../models/pseries/platform.ts';
import { GiB, partitionOf, powervmGuest, startGuest, TiB } from './pseries-host.ts';

describe('a device with one window only', () => {
  const partition = () => partitionOf(16n * GiB);

  test('never gets another by 5.8', () => {
    const { guest, state, hypervisor } = powervmGuest(GUEST_5_8, virtualFunction(0), partition());
    expect(guest.enable(state, 64).steps.at(-1)?.outcome).toBe('no free dynamic windows');
    expect(hypervisor.table(0x7000_0000)?.window.pageShift).toBe(12);
  });

  test('loses the default window for a larger one: 32 GiB of 64K pages instead of 2 GiB', () => {
    const { guest, state, hypervisor } = powervmGuest(GUEST_6_15, virtualFunction(0), partition());
    const answer = guest.enable(state, 64);
    expect(answer).toMatchObject({ isDirect: true, serves: 'direct' });
    expect(answer.window?.property).toMatchObject({
      liobn: 0x7000_0000,
      pageShift: 16,
      windowShift: 35,
    });
    expect(state.defaultWindow).toBeUndefined();
    expect(hypervisor.calls.H_PUT_TCE_INDIRECT).toBe(512);
    expect(answer.steps.map(({ call }) => call)).toContain(
      'ibm,remove-pe-dma-window LIOBN 0x70000000',
    );
  });

  test('keeps the default window while anything is mapped in it', () => {
    const { guest, state } = powervmGuest(GUEST_5_17, virtualFunction(0), partition());
    state.isDefaultInUse = true;
    expect(guest.enable(state, 64).steps.at(-1)?.outcome).toBe(
      "current IOMMU table in use, can't be replaced",
    );
    expect(state.isFailed).toBe(true);
  });

  test('keeps it where firmware could not give it back', () => {
    const rules = { ...POWERVM_PLATFORM, extensions: [] };
    const { guest, state, hypervisor } = startGuest(
      GUEST_5_17,
      rules,
      virtualFunction(0),
      partition(),
    );
    expect(guest.enable(state, 64).serves).toBe('default window');
    expect(hypervisor.table(0x7000_0000)?.window.bytes).toBe(2n * GiB);
  });

  test('gets it back when the larger one cannot be made', () => {
    // 2^19 + 1 TCEs: the kernel rounds up to a window that firmware has not enough TCEs for.
    const spec = virtualFunction(0, { tceBudget: 524_289n });
    const { guest, state, hypervisor } = powervmGuest(GUEST_5_17, spec, partitionOf(TiB));
    const { steps } = guest.enable(state, 64);
    expect(steps.at(-2)).toMatchObject({ outcome: 'failed, status -1' });
    expect(steps.at(-1)).toEqual({
      call: 'ibm,reset-pe-dma-windows',
      outcome: 'default window only',
    });
    expect(hypervisor.table(0x7000_0000)?.window).toMatchObject({ pageShift: 12, bytes: 2n * GiB });
    expect(state.defaultWindow).toBeDefined();
  });

  test('has its dynamic table in slot 1 in 5.17, and in the free slot 0 since', () => {
    const slots = [GUEST_5_17, GUEST_6_15].map((facts) => {
      const started = powervmGuest(facts, virtualFunction(0), partitionOf(TiB));
      return started.guest.enable(started.state, 64).dynamicTable?.slot;
    });
    expect(slots).toEqual([1, 0]);
  });
});
