/** The traces that the page can hand to its engine: the capture that comes with it, and those that somebody brings. */
import { CAPTURE } from './question.ts';

/** A file, or what can be had like one. It is read each time that the engine wants it, and not kept. */
export type TraceFile = Pick<Blob, 'arrayBuffer'>;

export class TracesAtHand {
  private readonly files = new Map<string, TraceFile>([[CAPTURE, { arrayBuffer: fetchCapture }]]);
  private readonly brought = new Set<string>();

  /** Somebody brings a trace along; one of that name stands back. */
  bring(file: File): void {
    this.files.set(file.name, file);
    this.brought.add(file.name);
  }

  /** Those that were brought. */
  get names(): readonly string[] {
    return [...this.brought];
  }

  /** The trace that a scenario calls by a name; undefined: it calls none, or one that is not here. */
  find(name: string | undefined): TraceFile | undefined {
    return name === undefined ? undefined : this.files.get(name);
  }
}

async function fetchCapture(): Promise<ArrayBuffer> {
  const response = await fetch(CAPTURE);
  if (!response.ok) throw new Error(`the server says ${response.status}`);
  return response.arrayBuffer();
}
