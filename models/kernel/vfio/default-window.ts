/**
 * The window that a container has without anybody asking: 32-bit addresses, TCEs of 4 KiB in one level,
 * whatever the kernel's page is. Made when the first group is attached, or by later kernels only promised
 * then and made before the first call that needs a window, after tce_iommu_create_default_window
 * (drivers/vfio/vfio_iommu_spapr_tce.c).
 */
import { formatSize } from '../../size.ts';
import { isRefusal, type Refusal, refuse } from '../call-result.ts';
import type { TableGroup } from '../group/table-group.ts';
import type { Process } from '../process.ts';
import type { ContainerKernel, WindowSlots } from './windows.ts';

const SHAPE = { pageShift: 12, levels: 1 } as const;

export class DefaultWindow {
  private readonly kernel: ContainerKernel;
  private readonly slots: WindowSlots;
  private isPromised = false;

  constructor(kernel: ContainerKernel, slots: WindowSlots) {
    this.kernel = kernel;
    this.slots = slots;
  }

  /** Whether it is promised and not made yet. */
  get isPending(): boolean {
    return this.isPromised;
  }

  /** What the container's first group brings: nothing, the promise, or the window itself. */
  begin(group: TableGroup, payer: Process): Refusal | undefined {
    if (!this.slots.isFirstFree) return undefined;
    const when = this.kernel.era.vfio.defaultWindow;
    if (when === 'pending') this.isPromised = true;
    return when === 'attach' ? this.create([], group, payer) : undefined;
  }

  /** Keeps the promise, if there is one; a failure leaves it. */
  make(groups: readonly TableGroup[], payer: Process): Refusal | undefined {
    if (!this.isPromised) return undefined;
    if (groups.length === 0) return refuse('ENODEV', 'no group to make the default window for');
    const refusal = this.create(groups, groups[0], payer);
    if (refusal === undefined) this.isPromised = false;
    return refusal;
  }

  /** Takes the promise back: nothing else of the window is there yet. */
  renounce(): void {
    this.isPromised = false;
  }

  private create(
    groups: readonly TableGroup[],
    maker: TableGroup,
    payer: Process,
  ): Refusal | undefined {
    const windowBytes = maker.info.dma32Bytes;
    const asker = { call: 'default window', payer };
    const result = this.slots.create({ ...SHAPE, windowBytes }, maker, groups, asker);
    if (!isRefusal(result)) return undefined;
    const size = formatSize(windowBytes);
    return { ...result, reason: `default window of ${size}: ${result.reason}` };
  }
}
