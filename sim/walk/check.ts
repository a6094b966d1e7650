/**
 * Checks our walk against a capture of QEMU's: every DMA that QEMU answered is walked again, with the
 * TVE and the table words that the capture recorded for it, and must give the same real address (or
 * refusal) after the same reads. QEMU's model has no window end: where it aliases an address back into
 * the table and a PHB faults, the row is counted apart.
 */

import type { Ioda } from '../../models/tve.ts';
import type { TraceSource } from '../../traces/format.ts';
import { type CheckCounts, noCounts } from './check-counts.ts';
import { PowernvCheck } from './check-powernv.ts';
import { PseriesCheck } from './check-pseries.ts';

/**
 * Checks a capture's DMA rows. powernv rows carry their reads; pseries rows are walked through tables
 * that the capture's hypervisor calls fill. `trace` is the same capture, imported.
 */
export async function checkCapture(
  path: string,
  trace: TraceSource,
  ioda: Ioda,
): Promise<CheckCounts> {
  const counts = noCounts();
  const powernv = new PowernvCheck(counts, ioda);
  powernv.read(path);
  if (counts.rows === 0) await new PseriesCheck(counts, path).read(trace);
  return counts;
}
