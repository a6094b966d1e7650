/**
 * A PE of a partition under a pseries kernel before 6.11, which makes no windows for VFIO: the host's
 * default window is handed to the process as it is, in a v1 container only (tce_iommu_take_ownership,
 * drivers/vfio/vfio_iommu_spapr_tce.c, and iommu_take_ownership, arch/powerpc/kernel/iommu.c).
 */
import type { OpalCode } from '../../firmware/opal.ts';
import type { DdwNodeState } from '../../pseries/ddw-state.ts';
import type { PartitionPlatform } from '../../pseries/platform.ts';
import { type Refusal, refuse } from '../call-result.ts';
import type { CreatedTable, GroupInfo, TableGroup } from './table-group.ts';

const DEFAULT_PAGE_SHIFT = 12;

export class LparFixedGroup implements TableGroup {
  readonly platform = 'pseries';
  readonly info: GroupInfo;
  readonly fixedTable: CreatedTable;
  private readonly state: DdwNodeState;

  /** A node as it is after boot; throws RangeError for one without a default window. */
  constructor(state: DdwNodeState, { hypervisor }: PartitionPlatform) {
    const table = hypervisor.table(state.defaultWindow?.liobn ?? Number.NaN);
    if (table === undefined) throw new RangeError('a node without ibm,dma-window');
    const { start, bytes } = table.window;
    this.state = state;
    this.info = {
      dma32Start: start,
      dma32Bytes: bytes,
      pageShifts: [DEFAULT_PAGE_SHIFT],
      windowsMax: 0,
      levelsMax: 1,
      tveSelect: 'bit59',
    };
    const place = { start, limit: start + bytes, tableStart: start };
    this.fixedTable = { table: table.tces, place, allocatedBytes: 0n };
  }

  /** Only a window that the host's drivers have nothing mapped in can be handed over. */
  takeOwnership(): Refusal | undefined {
    if (!this.state.isDefaultInUse) return undefined;
    return refuse('EBUSY', 'iommu_tce: it_map is not empty');
  }

  releaseOwnership(): void {}

  tableBytes(): Refusal {
    return noWindows();
  }

  createTable(): Refusal {
    return noWindows();
  }

  freeTable(): void {}

  /** The table stays where it is. */
  setWindow(): OpalCode {
    return 0;
  }

  unsetWindow(): OpalCode {
    return 0;
  }

  /** The hypervisor sees to it; the kernel has no such call. */
  kill(): void {}
}

function noWindows(): Refusal {
  return refuse('EPERM', 'this kernel makes no windows for VFIO on pseries');
}
