/** Rows of a request log as answers for a program. */
import { formatRid } from '../../models/rte.ts';
import { getWord } from '../../traces/row-buffer.ts';
import type { LogCells } from '../replay/request-log-columns.ts';
import { HIT, LINE_HIT, OUTCOMES } from '../unit/books/outcome.ts';
import { PARTS, type PartName } from '../unit/books/parts.ts';
import { nsOf } from '../unit/clock.ts';
import type { RequestAnswer } from './request-answer.ts';

/** The answers of the first rows of a log's cells, in ns of a clock. */
export function answersOf(cells: LogCells, rows: number, clockMHz: number): RequestAnswer[] {
  const ns = (cycles: number) => nsOf(cycles, clockMHz);
  return Array.from({ length: rows }, (_, row) => {
    const outcome = cells.outcome[row];
    const partsNs = {} as Record<PartName, number>;
    for (const [index, part] of PARTS.entries()) partsNs[part] = ns(cells.parts[index][row]);
    return {
      request: Number(getWord(cells.request, row)),
      phb: cells.phb[row],
      pe: cells.pe[row],
      rid: formatRid(cells.rid[row]),
      op: cells.op[row] === 0 ? 'read' : 'write',
      address: getWord(cells.address, row),
      realAddress: cells.hasReal[row] === 1 ? getWord(cells.realAddress, row) : undefined,
      length: cells.length[row],
      outcome: OUTCOMES[outcome],
      isHit: outcome === HIT || outcome === LINE_HIT,
      arriveNs: ns(Number(getWord(cells.arrive, row))),
      latencyNs: ns(cells.latency[row]),
      partsNs,
    };
  });
}
