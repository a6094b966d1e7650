/** The command line as a user runs it: the built program in a process of its own. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

const MAIN = fileURLToPath(new URL('../../dist/sim/cli/main.js', import.meta.url));

const POLL_MS = 10;

/** How a command ended. `code` is null where a signal ended it. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that is still running. */
export interface Running {
  kill(signal: NodeJS.Signals): void;
  /** The command has said this on standard error; or it has ended. */
  says(text: string): Promise<void>;
  /** What it has written on standard output so far. */
  output(): string;
  /** The command has opened this output file, whose name is temporary until it is whole; or it has ended. */
  writes(path: string): Promise<void>;
  readonly ended: Promise<Ended>;
}

/** Starts `tcesim` with these arguments; `input` goes to its standard input. */
export function start(args: readonly string[], input?: string | Uint8Array): Running {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: 'pipe' });
  const out: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout.on('data', (bytes: Buffer) => out.push(bytes));
  child.stderr.on('data', (bytes: Buffer) => errors.push(bytes));
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) =>
      resolve({
        code,
        stdout: Buffer.concat(out).toString(),
        stderr: Buffer.concat(errors).toString(),
      }),
    );
  });
  const writes = async (path: string) => {
    const temporary = `${path}.${child.pid}.partial`;
    while (!existsSync(temporary) && child.exitCode === null && child.signalCode === null) {
      await wait(POLL_MS);
    }
  };
  const says = async (text: string) => {
    const isSaid = () => Buffer.concat(errors).toString().includes(text);
    while (!isSaid() && child.exitCode === null && child.signalCode === null) await wait(POLL_MS);
  };
  const output = () => Buffer.concat(out).toString();
  return { kill: (signal) => child.kill(signal), says, output, writes, ended };
}

/** Runs `tcesim` to its end. */
export function tcesim(...args: string[]): Promise<Ended> {
  return start(args).ended;
}

/** Runs `tcesim`, which must end with code 0; answers its standard output. */
export async function succeed(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await tcesim(...args);
  if (code !== 0) throw new Error(`tcesim ${args.join(' ')}: code ${code}: ${stderr}`);
  return stdout;
}

/** A directory that goes away after all tests of a file; answers the path of a name in it. */
export function workFolder(): (name: string) => string {
  const folder = mkdtempSync(join(tmpdir(), 'tcesim-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  return (name) => join(folder, name);
}

/** Path of a shipped sample trace. */
export function sample(name: string): string {
  return fileURLToPath(new URL(`../../traces/samples/${name}`, import.meta.url));
}
