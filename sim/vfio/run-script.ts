/**
 * Runs a script from its first line to its last: each call is performed and printed with what it
 * returned, every other line is handed on. What was printed stays printed when a later line is refused.
 */
import { InputError } from '../../models/input-error.ts';
import { MemoryExhausted } from '../../models/memory/physical.ts';
import { InputFile } from '../../traces/input-file.ts';
import { readLines } from '../../traces/lines.ts';
import type { Outcome } from './outcome.ts';
import { printCall } from './print.ts';
import { type Call, parseLine } from './script.ts';
import type { Session } from './session.ts';
import { RETURN_CODE } from './values.ts';

/** The lines of a script and the name that messages have for it. */
export interface Script {
  readonly name: string;
  readonly lines: readonly string[];
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

/** Reads a script, `-` from standard input. Throws InputError where there is none. */
export function readScript(path: string): Script {
  const input = InputFile.open(path);
  try {
    const lines = [...readLines(input)];
    if (lines.length === 0) throw new InputError(`${input.name}: the file is empty`);
    return { name: input.name, lines };
  } finally {
    input.close();
  }
}

/** Performs the lines in turn. Throws InputError with file and line at the first that cannot be. */
export function* runScript(script: Script, session: Session): Generator<DoneLine, void, void> {
  if (!script.lines.some((line) => /^\s*OPEN\b/.test(line))) {
    const { isRefused, results, remarks } = session.openDefault();
    // The script's program would have ended here; its calls are answered all the same.
    const text = `# the group could not be attached, rc=${RETURN_CODE.print(results.get('rc') ?? 0n)}`;
    if (isRefused) yield { number: 0, text, remarks };
  }
  let number = 0;
  for (const line of script.lines) {
    number += 1;
    const where = `${script.name}:${number}`;
    const call = parseLine(line, where);
    if (call === undefined) {
      yield { number, text: line, remarks: [] };
      continue;
    }
    const outcome = perform(session, call);
    const text = printCall(call, outcome.results);
    yield { number, text, done: { call, outcome }, remarks: outcome.remarks };
  }
}

function perform(session: Session, call: Call): Outcome {
  try {
    return session.perform(call);
  } catch (error) {
    if (!(error instanceof InputError || error instanceof MemoryExhausted)) throw error;
    // The models know no line; the session's own messages have it.
    if (error.message.startsWith(call.where)) throw error;
    throw new InputError(`${call.where}: ${error.message}`);
  }
}
