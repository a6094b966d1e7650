/** The lines of a text file, one after the other, in bounded memory. */
import { InputError } from '../models/input-error.ts';
import type { InputFile } from './input-file.ts';

/** No trace line comes near; what does is not a text of lines. */
const LINE_BYTES_MAX = 2 ** 20;
const CHUNK_BYTES = 2 ** 18;

/** Lines without their end (LF or CRLF); the last one need not have one. */
export function* readLines(input: InputFile): Generator<string, void, void> {
  const decoder = new TextDecoder();
  const chunk = new Uint8Array(CHUNK_BYTES);
  let rest = '';
  let line = 1;
  for (let got = input.read(chunk); got > 0; got = input.read(chunk)) {
    const parts = (rest + decoder.decode(chunk.subarray(0, got), { stream: true })).split('\n');
    rest = parts.pop() as string;
    line += parts.length;
    if (rest.length > LINE_BYTES_MAX) {
      throw new InputError(`${input.name}:${line}: a line of more than ${LINE_BYTES_MAX} bytes`);
    }
    for (const part of parts) yield withoutReturn(part);
  }
  if (rest !== '') yield withoutReturn(rest);
}

/** The complete lines among the first bytes of a file, for finding out its format. */
export function firstLines(head: Uint8Array): string[] {
  const lines = new TextDecoder().decode(head).split('\n').map(withoutReturn);
  if (lines.length > 1) lines.pop();
  return lines.filter((line) => line.trim() !== '');
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
