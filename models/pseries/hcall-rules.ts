/**
 * Where hypervisors answer the TCE calls differently, as data. QEMU's column is hw/ppc/spapr_iommu.c;
 * PowerVM's source is closed: what is written here of it is what Linux's patches say of it, or assumed.
 */
import { assumed, documented, type Parameter } from '../origin.ts';
import { H_PARAMETER, H_SUCCESS, type HcallCode } from './hcall.ts';

export interface HcallRules {
  /** A bus address that is no multiple of the IO page. */
  readonly misalignedAddress: Parameter<'roundedDown' | 'refused'>;
  /** TCEs that one H_STUFF_TCE may write: a number, or as many as the table has. */
  readonly stuffMax: Parameter<number | 'table'>;
  /** The answer to a list or a run of no TCE at all. */
  readonly emptyCall: Parameter<HcallCode>;
}

const QEMU_SOURCE = 'QEMU hw/ppc/spapr_iommu.c';

/** QEMU's pseries machine without KVM. */
export const QEMU_HCALLS: HcallRules = {
  misalignedAddress: documented('roundedDown', QEMU_SOURCE),
  stuffMax: documented('table', QEMU_SOURCE),
  emptyCall: documented(H_PARAMETER, QEMU_SOURCE),
};

/** PowerVM. */
export const POWERVM_HCALLS: HcallRules = {
  misalignedAddress: assumed('refused', 'as KVM does, arch/powerpc/kvm/book3s_64_vio.c'),
  stuffMax: documented(
    512,
    'Linux patch "powerpc/iommu: limit number of TCEs to 512 for H_STUFF_TCE hcall" (2023)',
  ),
  emptyCall: assumed(H_SUCCESS, 'nothing is asked for, nothing can fail; KVM answers so'),
};
