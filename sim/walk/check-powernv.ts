/** DMA rows of a powernv capture: each brings its TVE and the reads of QEMU's walk. */

import { hex } from '../../models/bits.ts';
import { InputError } from '../../models/input-error.ts';
import { decodeTve, type Ioda } from '../../models/tve.ts';
import { type WalkResult, walk } from '../../models/walk.ts';
import { readLines } from '../../traces/lines.ts';
import { openFile } from '../../traces/open-file.ts';
import type { CheckCounts } from './check-counts.ts';
import { parseWord } from './memory-file.ts';

/** Fields of a row: kind, phb, devfn, pe, select, iova, length, direction, real, reads, tve. */
const FIELDS = 11;

/** A row's answer: where it went, and what was read on the way. */
interface Answer {
  readonly real: string | null;
  readonly reads: readonly string[];
}

export class PowernvCheck {
  constructor(
    private readonly counts: CheckCounts,
    private readonly ioda: Ioda,
  ) {}

  /** Reads a whole file. Throws InputError on a `dma` row that is damaged. */
  read(path: string): void {
    const input = openFile(path);
    let number = 0;
    for (const line of readLines(input)) {
      number += 1;
      if (line.startsWith('["dma",')) this.check(line, `${path}:${number}`);
    }
    input.close();
  }

  private check(line: string, where: string): void {
    const row = parseRow(line, where);
    if (row === undefined) return;
    const counts = this.counts;
    counts.rows += 1;
    const result = walk(decodeTve(row.tve, this.ioda), row.address, row.access, row.readWord);
    if ('fault' in result.outcome && result.outcome.fault === 'tvt-address') {
      counts.outOfWindow += 1;
      return;
    }
    const wanted = describe(row.answer);
    const got = describe(answerOf(result));
    counts.reads += result.reads.length;
    if (row.answer.real === null) counts.refused += 1;
    if (wanted === got) counts.agreed += 1;
    else counts.differences.push({ where, wanted, got });
  }
}

/** A powernv row; undefined for a `dma` row of the pseries kind. */
function parseRow(line: string, where: string) {
  const fields = parseArray(line, where);
  if (fields.length !== FIELDS) return undefined;
  const [, , , , , iova, , direction, real, reads, tve] = fields;
  if (!Array.isArray(reads)) throw new InputError(`${where}: expected the reads as a list`);
  const words = new Map<bigint, bigint>();
  const listed = reads.map((read) => {
    const [level, address, tce] = read as [number, string, string];
    words.set(parseWord(address, `${where}: read`), parseWord(tce, `${where}: TCE`));
    return `${level} ${address} ${tce}`;
  });
  return {
    tve: parseWord(String(tve), `${where}: TVE`),
    address: parseWord(String(iova), `${where}: address`),
    access: direction === 'w' ? ('write' as const) : ('read' as const),
    readWord: (address: bigint) => words.get(address) ?? 0n,
    answer: { real: real === null ? null : String(real), reads: listed },
  };
}

function parseArray(line: string, where: string): unknown[] {
  try {
    return JSON.parse(line);
  } catch {
    throw new InputError(`${where}: not a JSON array`);
  }
}

function answerOf({ reads, outcome }: WalkResult): Answer {
  return {
    real: 'fault' in outcome ? null : hex(outcome.real),
    reads: reads.map(({ level, address, tce }) => `${level} ${hex(address)} ${hex(tce)}`),
  };
}

function describe({ real, reads }: Answer): string {
  return `${real ?? 'refused'} after [${reads.join(', ')}]`;
}
