/** Endpoints as two hypervisors make them; every number can be replaced. */
import type { EndpointSpec } from './ddw-endpoint.ts';

/** QEMU include/hw/pci-host/spapr.h: BUIDs of its PHBs, and LIOBN = 0x80000000 | PHB << 8 | window. */
const QEMU_BUID = 0x800_0000_2000_0000n;
const QEMU_LIOBN = 0x8000_0000;

/** Numbers of this kind are what PowerVM's device trees show; their values mean nothing. */
const POWERVM_BUID = 0x8000_0002_0000_0010n;
const POWERVM_LIOBN = 0x7000_0000;
const POWERVM_DEFAULT_BYTES = 1n << 31n;

/** A PHB of QEMU's pseries machine 7.2 with its defaults (hw/ppc/spapr_pci.c). */
export function qemuEndpoint(phb: number, changes: Partial<EndpointSpec> = {}): EndpointSpec {
  const liobn = QEMU_LIOBN + phb * 256;
  return {
    buid: QEMU_BUID + BigInt(phb),
    configAddress: 0,
    liobns: [liobn, liobn + 1],
    pageShifts: [12, 16, 21, 24],
    defaultWindow: { start: 0n, bytes: 1n << 30n },
    // QEMU counts no TCEs; the calls' own limits end earlier.
    tceBudget: 1n << 34n,
    hasDdw: true,
    hasLimitedAddressing: false,
    ...changes,
  };
}

/**
 * A dedicated adapter under PowerVM: two windows, a default window of 2 GiB, and a budget of TCEs that
 * maps `ramBytes` with the largest page [assumed: PowerVM's budgets are not published].
 */
export function powervmEndpoint(
  slot: number,
  ramBytes: bigint,
  changes: Partial<EndpointSpec> = {},
): EndpointSpec {
  const liobn = POWERVM_LIOBN + slot * 256;
  const defaultTces = POWERVM_DEFAULT_BYTES >> 12n;
  return {
    buid: POWERVM_BUID + BigInt(slot),
    configAddress: 0x1_0000,
    liobns: [liobn, liobn + 1],
    pageShifts: [12, 16, 21],
    defaultWindow: { start: 0n, bytes: POWERVM_DEFAULT_BYTES },
    tceBudget: defaultTces + (ramBytes >> 21n),
    hasDdw: true,
    hasLimitedAddressing: true,
    ...changes,
  };
}

/**
 * A virtual function of an SR-IOV adapter under PowerVM: one window, pages of at most 64 KiB, and as
 * many TCEs as its default window has (Linux list, "DDW + Indirect Mapping", 2020).
 */
export function virtualFunction(slot: number, changes: Partial<EndpointSpec> = {}): EndpointSpec {
  const whole = powervmEndpoint(slot, 0n);
  return { ...whole, liobns: [whole.liobns[0]], pageShifts: [12, 16], ...changes };
}
