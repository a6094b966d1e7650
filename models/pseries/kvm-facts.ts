/**
 * What hosts of different kernels do with a guest's TCE calls inside KVM (arch/powerpc/kvm/
 * book3s_64_vio.c and, until 5.18, book3s_64_vio_hv.c), as data.
 */
import type { EraName } from '../kernel/era.ts';

export interface KvmFacts {
  /** Whether guest tables can be tied to those of VFIO's windows, so that KVM fills both. */
  readonly tiesHostTables: boolean;
  /** Whether calls of hash guests are tried first with the processor's translation off. */
  readonly hasRealMode: boolean;
  /** Pages for the guest's TCEs come with the table, or with the first TCE that needs one. */
  readonly pages: 'atCreation' | 'onDemand';
  /** struct kvmppc_spapr_tce_table without the pages behind it. */
  readonly structBytes: bigint;
}

/** The structure's mutex came with pages on demand. */
const STRUCT_BYTES = 88n;
const STRUCT_WITH_MUTEX_BYTES = 120n;

/** By era; the borders lie between 4.11 and 4.12, 5.0 and 5.1, 5.18 and 5.19 [inferred]. */
export const KVM_FACTS: Readonly<Record<EraName, KvmFacts>> = {
  '4.2': {
    tiesHostTables: false,
    hasRealMode: true,
    pages: 'atCreation',
    structBytes: STRUCT_BYTES,
  },
  '4.19': {
    tiesHostTables: true,
    hasRealMode: true,
    pages: 'atCreation',
    structBytes: STRUCT_BYTES,
  },
  '5.17': {
    tiesHostTables: true,
    hasRealMode: true,
    pages: 'onDemand',
    structBytes: STRUCT_WITH_MUTEX_BYTES,
  },
  '6.12': {
    tiesHostTables: true,
    hasRealMode: false,
    pages: 'onDemand',
    structBytes: STRUCT_WITH_MUTEX_BYTES,
  },
};
