/** Opens a trace of any known format; the content decides which, never the name. */
import { InputError } from '../models/input-error.ts';
import { looksLikeArrow } from './arrow/messages.ts';
import { ArrowTrace } from './arrow/reader.ts';
import type { TraceSource } from './format.ts';
import { captureFormat } from './import/capture-jsonl.ts';
import { csvFormat, csvLineOf } from './import/csv.ts';
import { ImportedTrace, type LineFormat } from './import/import.ts';
import { qemuLogFormat } from './import/qemu-log.ts';
import { InputFile } from './input-file.ts';
import { firstLines } from './lines.ts';

/** The text formats, in the order in which they are tried. */
export const TEXT_FORMATS: readonly LineFormat[] = [captureFormat, qemuLogFormat, csvFormat];

const HEAD_BYTES = 65_536;

/**
 * Opens the trace at `path` (`-`: standard input). Throws InputError, which names the known formats, on a
 * file that is none of them, and on a missing or empty one.
 */
export async function openTrace(path: string): Promise<TraceSource> {
  const input = InputFile.open(path);
  const head = input.peek(HEAD_BYTES);
  try {
    if (head.length === 0) throw new InputError(`${input.name}: the file is empty`);
    return looksLikeArrow(head) ? new ArrowTrace(path, input) : openText(path, input, head);
  } catch (error) {
    input.close();
    throw error;
  }
}

function openText(path: string, input: InputFile, head: Uint8Array): ImportedTrace {
  const lines = firstLines(head);
  const format = TEXT_FORMATS.find((candidate) => candidate.matches(lines));
  if (format) return new ImportedTrace(format, () => InputFile.open(path), input, lines);
  const known = TEXT_FORMATS.map(({ name, description }) => `${name} (${description})`);
  throw new InputError(
    `${input.name}: not a known trace; known: arrow (IPC file or stream), ${known.join(', ')}`,
  );
}

/** A trace that stands as CSV in another file; `place` names it in messages, its rows by their lines. */
export function csvTrace(text: string, place: string): TraceSource {
  return new WrittenTrace(text, place);
}

class WrittenTrace extends ImportedTrace {
  constructor(
    private readonly text: string,
    private readonly place: string,
  ) {
    const bytes = new TextEncoder().encode(text);
    const open = () => InputFile.ofBytes(place, bytes);
    super(csvFormat, open, open(), firstLines(bytes));
  }

  placeOf(row: number): string {
    return `${this.place}:${csvLineOf(this.text, row)}`;
  }
}
