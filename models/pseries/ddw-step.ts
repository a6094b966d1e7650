/** One step of what a kernel did about a DMA window, in words, in the order it was done. */
export interface DdwStep {
  /** The call to firmware or hypervisor, or what the kernel looked at. */
  readonly call: string;
  readonly outcome: string;
}
