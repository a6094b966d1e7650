/** The traces that the page handed over, and the one that a scenario asks for. */
import { InputError } from '../../../models/input-error.ts';
import { looksLikeArrow } from '../../../traces/arrow/magic.ts';
import { ArrowTrace } from '../../../traces/arrow/reader.ts';
import type { TraceSource } from '../../../traces/format.ts';
import { generate } from '../../../traces/generate/generate.ts';
import { requestCount } from '../../../traces/generate/parameters.ts';
import { InputFile } from '../../../traces/input-file.ts';
import { placed } from '../../run/place.ts';
import type { PlacedTrace } from '../../run/run.ts';
import type { Scenario, TrafficChoice } from '../../scenario/scenario.ts';
import { ROWS_MAX, SCENARIO_FILE } from '../question.ts';

/** A trace, and about how many rows it has. */
export interface SizedTrace extends PlacedTrace {
  readonly rows: number;
}

/** Bytes of a row of an Arrow trace, in all its columns. */
const ROW_BYTES = 32;

export class HeldTraces {
  private readonly bytesOf = new Map<string, Uint8Array<ArrayBuffer>>();

  /** Keeps a trace under the name that scenarios call it by. */
  hold(name: string, bytes: Uint8Array<ArrayBuffer>): void {
    this.bytesOf.set(name, bytes);
  }

  /** The trace of a scenario. Throws InputError where it has none that there is, and on what cannot be used. */
  traceOf({ trace: name, generate: traffic }: Scenario): SizedTrace {
    if (name !== undefined) return this.held(name);
    if (traffic === undefined) throw new InputError('expected trace or generate, got neither');
    const place = SCENARIO_FILE;
    return placed(`${place}: generate`, () => ({ ...generated(traffic), place, file: place }));
  }

  private held(name: string): SizedTrace {
    const bytes = this.bytesOf.get(name);
    if (bytes === undefined) throw new InputError(`${name}: not here; choose the file once more`);
    if (!looksLikeArrow(bytes)) {
      throw new InputError(
        `${name}: expected an Arrow trace; tcesim trace import makes one of any known log`,
      );
    }
    const open = () => InputFile.ofBytes(name, bytes);
    const trace: TraceSource = new ArrowTrace({ input: open(), open });
    return { trace, place: name, file: name, rows: bytes.length / ROW_BYTES };
  }
}

/** Throws InputError on more traffic than a page should have. */
function generated({ generator, set }: TrafficChoice): { trace: TraceSource; rows: number } {
  const trace = generate(generator, set);
  const rows = requestCount('requests', trace.metadata.parameters.requests ?? '');
  if (rows > ROWS_MAX) {
    const text = trace.metadata.parameters.requests;
    throw new InputError(`requests: expected at most 1M on this page, got '${text}'`);
  }
  return { trace, rows };
}
