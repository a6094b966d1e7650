/**
 * Where firmware answers the DDW calls differently, as data. QEMU's column is hw/ppc/spapr_rtas_ddw.c
 * and spapr_pci.c, checked against logs of QEMU 7.2; PowerVM's is LoPAR as Linux's patches quote it, and
 * assumed where they do not.
 */
import { assumed, documented, type Parameter } from '../origin.ts';

export interface DdwRules {
  /** What names an endpoint in a call: the PHB alone, or the configuration address with it. */
  readonly endpointBy: Parameter<'phb' | 'configAddress'>;
  /** Output cells that a query may ask for, status included; six since LoPAR level 2.8. */
  readonly queryOutputs: Parameter<readonly number[]>;
  /** The largest block in every query's answer; 0: what the endpoint has left. */
  readonly largestBlockAnswer: Parameter<bigint>;
  /** Tables of so many TCEs cannot be made; 0: only the endpoint's own limit counts. */
  readonly entriesLimit: Parameter<bigint>;
  /** Where a window begins that is made when there is no other. */
  readonly firstWindowStart: Parameter<'defaultStart' | 'secondStart'>;
  /** Where a window begins otherwise. */
  readonly secondStart: Parameter<bigint>;
  /** The default window comes back with the removal of the last other one. */
  readonly restoresDefaultWindow: Parameter<boolean>;
  /** Times that a call of create-pe-dma-window is answered "busy" before it is carried out. */
  readonly busyAnswers: Parameter<number>;
}

const QEMU_SOURCE = 'QEMU hw/ppc/spapr_rtas_ddw.c';
const RESTORE_SOURCE = 'LoPAR, quoted in QEMU hw/ppc/spapr_rtas_ddw.c';

/** QEMU's pseries machine, 7.1 and later. */
export const QEMU_DDW: DdwRules = {
  endpointBy: documented('phb', QEMU_SOURCE),
  queryOutputs: documented([5], QEMU_SOURCE),
  largestBlockAnswer: documented(0x8000_0000n, QEMU_SOURCE),
  entriesLimit: documented(1n << 32n, 'QEMU hw/ppc/spapr_iommu.c: nb_table has 32 bits'),
  firstWindowStart: documented('defaultStart', QEMU_SOURCE),
  secondStart: documented(1n << 59n, 'QEMU hw/ppc/spapr_pci.c: dma64_win_addr'),
  restoresDefaultWindow: documented(true, `${QEMU_SOURCE}, since 7.1`),
  busyAnswers: documented(0, QEMU_SOURCE),
};

/** PowerVM. */
export const POWERVM_DDW: DdwRules = {
  endpointBy: documented('configAddress', 'LoPAR: the calls name a PE by it'),
  queryOutputs: documented([5, 6], 'Linux arch/powerpc/platforms/pseries/iommu.c: query_ddw'),
  largestBlockAnswer: documented(0n, 'LoPAR: the largest contiguous block of TCEs of the PE'),
  entriesLimit: assumed(0n, 'no limit but the PE has been named'),
  firstWindowStart: assumed(
    'secondStart',
    'place and page size of a window have nothing to do with each other',
  ),
  secondStart: assumed(1n << 59n, 'the second TVE of a PE'),
  restoresDefaultWindow: documented(true, RESTORE_SOURCE),
  busyAnswers: assumed(0, 'how often depends on the machine; any number may be set'),
};
