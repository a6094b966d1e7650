/** Whether a container takes a group, after tce_iommu_attach_group (drivers/vfio/vfio_iommu_spapr_tce.c). */
import { type Refusal, refuse } from '../call-result.ts';
import type { Era } from '../era.ts';
import type { TableGroup } from '../group/table-group.ts';
import type { ContainerType } from './calls.ts';

/** Why a container with these groups does not take another one; undefined if it does. */
export function attachProblem(
  group: TableGroup,
  groups: readonly TableGroup[],
  type: ContainerType,
  era: Era,
): Refusal | undefined {
  const makesWindows = group.fixedTable === undefined;
  if (groups.length > 0 && !makesWindows) {
    return refuse('EBUSY', 'a group that makes no windows needs a container of its own');
  }
  if (groups.includes(group)) return refuse('EBUSY', 'the group is attached already');
  if (groups.some(({ platform }) => platform !== group.platform)) {
    return refuse('EPERM', 'the groups make their tables in different ways');
  }
  if (!makesWindows && type === 'v2') {
    return refuse(
      'EPERM',
      'a v2 container needs a group that makes windows: pseries makes them for VFIO since 6.11, before that v1 containers only',
    );
  }
  if (makesWindows && type === 'v1' && !era.vfio.v1TakesWindowGroups) {
    return refuse('EPERM', 'a v1 container takes no group that makes windows');
  }
  return undefined;
}
