/**
 * Runs a script from its first line to its last: each call is performed and printed with what it
 * returned, every other line is handed on. The whole script is read before its first call is performed, so
 * that a mistake in a line costs nothing; what a call finds missing only then ends the run where it stands.
 */
import { statSync } from 'node:fs';
import { InputError } from '../../models/input-error.ts';
import { MemoryExhausted } from '../../models/memory/physical.ts';
import { readLines } from '../../traces/lines.ts';
import { openFile } from '../../traces/open-file.ts';
import type { Outcome } from './outcome.ts';
import { printCall } from './print.ts';
import { type Call, parseLine } from './script.ts';
import type { Session } from './session.ts';
import { RETURN_CODE } from './values.ts';

/** A line of a script, and the call that it is. */
interface ScriptLine {
  readonly text: string;
  /** Absent from lines that are no calls. */
  readonly call?: Call;
}

/** The lines of a script and the name that messages have for it. */
export interface Script {
  readonly name: string;
  readonly lines: readonly ScriptLine[];
}

/** A line that is done: what is printed, and what it was. */
export interface DoneLine {
  /** Counted from 1; 0 for what happened before the first line. */
  readonly number: number;
  readonly text: string;
  /** Absent from lines that are no calls. */
  readonly done?: { readonly call: Call; readonly outcome: Outcome };
  /** Reasons, a sentence each. */
  readonly remarks: readonly string[];
}

/** Reads a script, `-` from standard input. Throws InputError where there is none, or as `parseScript`. */
export function readScript(path: string): Script {
  if (path !== '-' && statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    throw new InputError(`${path}: expected a script, got a directory`);
  }
  const input = openFile(path);
  try {
    return parseScript(input.name, readLines(input));
  } finally {
    input.close();
  }
}

/** The script of these lines. Throws InputError with file and line for one that is wrong. */
export function parseScript(name: string, texts: Iterable<string>): Script {
  const lines: ScriptLine[] = [];
  for (const text of texts) {
    const call = parseLine(text, `${name}:${lines.length + 1}`);
    lines.push({ text, ...(call && { call }) });
  }
  if (lines.length === 0) throw new InputError(`${name}: expected a script, got no lines`);
  if (lines.some(({ call }) => call !== undefined)) return { name, lines };
  throw new InputError(`${name}: expected lines with calls, as 'REMOVE start=0', got none`);
}

/** Performs the lines in turn. Throws InputError with file and line at the first that cannot be. */
export function* runScript(script: Script, session: Session): Generator<DoneLine, void, void> {
  if (!script.lines.some(({ call }) => call?.name === 'OPEN')) {
    const { isRefused, results, remarks } = session.openDefault();
    // The script's program would have ended here; its calls are answered all the same.
    const text = `# the group could not be attached, rc=${RETURN_CODE.print(results.get('rc') ?? 0n)}`;
    if (isRefused) yield { number: 0, text, remarks };
  }
  let number = 0;
  for (const { text, call } of script.lines) {
    number += 1;
    if (call === undefined) {
      yield { number, text, remarks: [] };
      continue;
    }
    const outcome = performCall(session, call);
    const printed = printCall(call, outcome.results);
    yield { number, text: printed, done: { call, outcome }, remarks: outcome.remarks };
  }
}

/** Performs one call. Throws InputError with its place where it cannot be. */
export function performCall(session: Session, call: Call): Outcome {
  try {
    return session.perform(call);
  } catch (error) {
    if (!(error instanceof InputError || error instanceof MemoryExhausted)) throw error;
    // The models know no line; the session's own messages have it.
    if (error.message.startsWith(call.where)) throw error;
    throw new InputError(`${call.where}: ${error.message}`);
  }
}
