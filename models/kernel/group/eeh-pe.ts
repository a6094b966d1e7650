/**
 * EEH through VFIO (VFIO_EEH_PE_OP, drivers/vfio/vfio_spapr_eeh.c and arch/powerpc/kernel/eeh.c, 5.17):
 * what a process may ask of a PE that the hardware has isolated. The state of a PE is what the answers
 * of GET_STATE tell apart; recovery of the device itself is left out.
 */
/** Operations by number, VFIO_EEH_PE_*. */
export const EEH_OPERATIONS = [
  'DISABLE',
  'ENABLE',
  'UNFREEZE_IO',
  'UNFREEZE_DMA',
  'GET_STATE',
  'RESET_DEACTIVATE',
  'RESET_HOT',
  'RESET_FUNDAMENTAL',
  'CONFIGURE',
  'INJECT_ERR',
] as const;

export type EehOperation = (typeof EEH_OPERATIONS)[number];

/** VFIO_EEH_PE_STATE_*. */
const EEH_STATE = {
  normal: 0,
  reset: 1,
  stopped: 2,
  stoppedDma: 4,
  unavailable: 5,
} as const;

interface PeSwitches {
  readonly inReset: boolean;
  readonly io: boolean;
  readonly dma: boolean;
}

const NORMAL: PeSwitches = { inReset: false, io: true, dma: true };
const FROZEN: PeSwitches = { inReset: false, io: false, dma: false };

/** What each operation does to a PE; those that are not named change nothing. */
const EFFECTS: Partial<Record<EehOperation, (pe: PeSwitches) => PeSwitches>> = {
  UNFREEZE_IO: (pe) => ({ ...pe, io: true }),
  UNFREEZE_DMA: (pe) => ({ ...pe, dma: true }),
  RESET_DEACTIVATE: () => NORMAL,
  RESET_HOT: () => ({ ...FROZEN, inReset: true }),
  RESET_FUNDAMENTAL: () => ({ ...FROZEN, inReset: true }),
  INJECT_ERR: () => FROZEN,
};

/** The isolation state of one PE. */
export class EehPe {
  private switches = NORMAL;

  /** The hardware isolates the PE. */
  freeze(): void {
    this.switches = FROZEN;
  }

  /** Carries an operation out; returns what GET_STATE tells, zero for the others. */
  operate(operation: EehOperation): number {
    if (operation === 'GET_STATE') return this.state;
    this.switches = EFFECTS[operation]?.(this.switches) ?? this.switches;
    return 0;
  }

  private get state(): number {
    const { inReset, io, dma } = this.switches;
    if (inReset) return EEH_STATE.reset;
    if (io && dma) return EEH_STATE.normal;
    if (!io && !dma) return EEH_STATE.stopped;
    return io ? EEH_STATE.stoppedDma : EEH_STATE.unavailable;
  }
}
