/** The trace that the page handed over, or the traffic that a scenario asks for. */
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

export class HeldTrace {
  private name = '';
  private bytes: Uint8Array<ArrayBuffer> = new Uint8Array();

  /** Keeps a trace under the name that scenarios call it by, and no other. */
  hold(name: string, bytes: Uint8Array<ArrayBuffer>): void {
    this.name = name;
    this.bytes = bytes;
  }

  /** The trace of a scenario. Throws InputError where it has none that there is, and on what cannot be used. */
  traceOf({ trace: name, generate: traffic }: Scenario): PlacedTrace {
    if (name !== undefined) return this.held(name);
    if (traffic === undefined) throw new InputError('expected trace or generate, got neither');
    const place = SCENARIO_FILE;
    return placed(`${place}: generate`, () => ({ trace: generated(traffic), place, file: place }));
  }

  private held(name: string): PlacedTrace {
    if (name !== this.name) throw new InputError(`${name}: not here; choose the file once more`);
    const bytes = this.bytes;
    if (bytes.length === 0) throw new InputError(`${name}: the file is empty`);
    if (!looksLikeArrow(bytes)) {
      throw new InputError(
        `${name}: expected an Arrow trace, not compressed; tcesim trace import makes one of any known log`,
      );
    }
    const open = () => InputFile.ofBytes(name, bytes);
    const trace: TraceSource = new ArrowTrace({ input: open(), open });
    return { trace, place: name, file: name };
  }
}

/** Throws InputError on more traffic than a page should have. */
function generated({ generator, set }: TrafficChoice): TraceSource {
  const trace = generate(generator, set);
  const rows = requestCount('requests', trace.metadata.parameters.requests ?? '');
  if (rows > ROWS_MAX) {
    const text = trace.metadata.parameters.requests;
    throw new InputError(`requests: expected at most 1M on this page, got '${text}'`);
  }
  return trace;
}
