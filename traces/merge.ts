/**
 * Several traces as one: by time, rows of one time in the order of the files. Traces that know only an
 * order are put one behind the other; they do not mix with traces that have times.
 */
import { InputError } from '../models/input-error.ts';
import type { TraceBatch, TraceMetadata, TraceSource } from './format.ts';
import { RowBuffer } from './row-buffer.ts';
import { copyRow } from './row-copy.ts';

const PHBS = 256;

/** A trace to merge, and its name for the metadata and for messages. */
export interface NamedTrace {
  readonly name: string;
  readonly source: TraceSource;
}

/** How to merge. */
export interface MergeOptions {
  /** The files' PHBs are different ones: they are numbered 0, 1, .. as they appear, file by file. */
  readonly separatePhbs?: boolean;
}

/** The merged trace. Throws InputError where the clocks differ, or when PHBs run out. */
export function mergeTraces(traces: readonly NamedTrace[], options: MergeOptions): TraceSource {
  const metadata = mergedMetadata(traces);
  return {
    metadata,
    // Each file's own account is complete once its rows are out; there is none of the whole.
    skipped: { counts: new Map(), first: [] },
    batches: () => mergedRows(traces, metadata.clock === 'order', options.separatePhbs === true),
  };
}

/** Facts of the files under their positions: `1.source`, `1.requests`. */
function mergedMetadata(traces: readonly NamedTrace[]): TraceMetadata {
  const { clock } = traces[0].source.metadata;
  const parameters: Record<string, string> = {};
  for (const [index, { name, source }] of traces.entries()) {
    const { metadata } = source;
    if (metadata.clock !== clock) {
      throw new InputError(
        `${name}: expected clock ${clock} as in ${traces[0].name}, got ${metadata.clock}`,
      );
    }
    parameters[`${index + 1}.source`] = metadata.source;
    for (const [key, value] of Object.entries(metadata.parameters)) {
      parameters[`${index + 1}.${key}`] = value;
    }
  }
  return { clock, source: 'merge', parameters };
}

async function* mergedRows(
  traces: readonly NamedTrace[],
  isOrderOnly: boolean,
  separatePhbs: boolean,
): AsyncGenerator<TraceBatch, void, void> {
  const rows = new RowBuffer();
  const numbering = separatePhbs ? new PhbNumbers() : undefined;
  let heads = traces.map(({ source }, file) => new Head(source, file));
  try {
    for (const head of heads) await head.fill();
    heads = heads.filter(({ isOpen }) => isOpen);
    while (heads.length > 0) {
      const head = isOrderOnly ? heads[0] : earliest(heads);
      const others = isOrderOnly ? [] : heads.filter((other) => other !== head);
      head.copyBefore(others, rows, numbering);
      for (let full = rows.take(); full; full = rows.take()) yield full;
      await head.fill();
      if (!head.isOpen) heads.splice(heads.indexOf(head), 1);
    }
    for (let rest = rows.takeRest(); rest; rest = rows.takeRest()) yield rest;
  } finally {
    for (const head of heads) await head.close();
  }
}

/** The file whose next row comes first. */
function earliest(heads: readonly Head[]): Head {
  return heads.reduce((best, head) => (head.isBefore(best) ? head : best));
}

/** One file on its way: its batch, and the next row in it. */
class Head {
  isOpen = true;
  private readonly batches: AsyncGenerator<TraceBatch, void, void>;
  private batch: TraceBatch | undefined;
  private row = 0;

  constructor(
    source: TraceSource,
    private readonly file: number,
  ) {
    this.batches = source.batches();
  }

  /** Gets the next batch where this one is used up. */
  async fill(): Promise<void> {
    while (this.isOpen && this.row >= (this.batch?.rows ?? 0)) {
      const next = await this.batches.next();
      this.row = 0;
      this.batch = next.value ?? undefined;
      this.isOpen = next.done !== true;
    }
  }

  async close(): Promise<void> {
    await this.batches.return();
  }

  /** Whether the next row comes before that of another file. */
  isBefore(other: Head): boolean {
    const [high, otherHigh] = [this.timeHalf(1), other.timeHalf(1)];
    if (high !== otherHigh) return high < otherHigh;
    const [low, otherLow] = [this.timeHalf(0), other.timeHalf(0)];
    return low !== otherLow ? low < otherLow : this.file < other.file;
  }

  /** Copies rows of this batch until another file's comes first. */
  copyBefore(others: readonly Head[], rows: RowBuffer, numbering: PhbNumbers | undefined): void {
    const rival = others.length > 0 ? earliest(others) : undefined;
    const batch = this.batch as TraceBatch;
    while (this.row < batch.rows && (!rival || this.isBefore(rival))) {
      const at = copyRow(batch, this.row, rows);
      if (numbering) rows.columns.phb[at] = numbering.number(this.file, batch.phb[this.row]);
      this.row += 1;
    }
  }

  private timeHalf(half: 0 | 1): number {
    return (this.batch as TraceBatch).timeNs[2 * this.row + half];
  }
}

/** One number for each PHB of each file. */
class PhbNumbers {
  private readonly numbers = new Map<number, number>();

  number(file: number, phb: number): number {
    const key = file * PHBS + phb;
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    const fresh = this.numbers.size;
    if (fresh === PHBS) throw new InputError(`the traces have more than ${PHBS} PHBs together`);
    this.numbers.set(key, fresh);
    return fresh;
  }
}
