/** What the programs of this folder have in common: their ends, and a directory for traces while they run. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError } from '../models/input-error.ts';

/** As those of `tcesim`: a wrong option or file, and a check that failed. */
const EXIT_INPUT = 3;
export const EXIT_CHECK = 4;

/** Runs a program, which answers its exit code; what a user got wrong is one line on standard error. */
export async function runProgram(name: string, program: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await program();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    process.stderr.write(`${name}: ${error.message}\n`);
    process.exitCode = EXIT_INPUT;
  }
}

/** Does something with a new directory for traces and logs, which is gone afterwards. */
export async function withFolder<Value>(work: (folder: string) => Promise<Value>): Promise<Value> {
  const folder = mkdtempSync(join(tmpdir(), 'tcesim-bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
