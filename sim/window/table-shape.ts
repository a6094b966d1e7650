/**
 * The table that a window would get, whether the kernel makes it or not: for a refused window it tells
 * how large the blocks were that could not be had, or how far the table would have reached.
 */

import { placeOf, tableBytesOf } from '../../models/kernel/group/window-place.ts';
import type { Kernel } from '../../models/kernel/kernel.ts';
import { configOf, type PhbSpec } from '../../models/phb/spec.ts';
import { FlatView } from '../../models/table/flat-view.ts';
import { isRefused, type TableGeometry, tableGeometry } from '../../models/table/geometry.ts';
import type { WindowSize } from './question.ts';

/** The shape of a window's tables. */
export interface TableShape {
  readonly geometry: TableGeometry;
  /** Every table of the hardware's tree and all userspace addresses, in bytes. */
  readonly fullBytes: bigint;
  /** Blocks that are allocated before CREATE returns. */
  readonly createdBlocks: number;
}

/** Where a window is asked for. */
export interface ShapeHome {
  readonly kernel: Kernel;
  readonly phb: PhbSpec;
  readonly slot: number;
}

/** The shape; undefined for sizes that have none, and where a hypervisor makes the tables. */
export function tableShape(
  { windowBytes, pageShift }: WindowSize,
  levels: number,
  { kernel, phb, slot }: ShapeHome,
): TableShape | undefined {
  if (kernel.platform === 'pseries') return undefined;
  const { pageShifts, pe } = configOf(phb);
  const { tables } = kernel.era;
  if (!(tables.pageShifts ?? pageShifts).includes(pageShift)) return undefined;
  const { basePageShift } = kernel;
  const spanned = tableBytesOf(placeOf(slot, pe.tveSelect), windowBytes);
  // Without the limit on reach: a table that passes it has a shape, too.
  const { charge } = tables.geometry;
  const asked = { pageShift, levels, windowBytes: spanned, basePageShift };
  const geometry = tableGeometry(asked, { charge });
  return isRefused(geometry) ? undefined : shapeOf(geometry, kernel);
}

/** The shape of a table that exists. */
function shapeOf(geometry: TableGeometry, { era, basePageShift }: Kernel): TableShape {
  const { growth, mirror } = era.tables;
  const { fullTreeBytes, nodesPerLevel, tceCount } = geometry;
  const viewBytes = FlatView.bytesFor(tceCount, basePageShift);
  const isFlat = mirror === 'flat';
  const nodes = nodesPerLevel.reduce((sum, count) => sum + count, 0);
  const viewPages = isFlat ? Number(viewBytes >> BigInt(basePageShift)) : 0;
  return {
    geometry,
    fullBytes: fullTreeBytes + (isFlat ? viewBytes : fullTreeBytes),
    createdBlocks: growth === 'whole' ? nodes + viewPages : 2,
  };
}
