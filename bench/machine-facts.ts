/** Where and of what a result was made. */
import { execFileSync } from 'node:child_process';
import { cpus, release, totalmem, type } from 'node:os';
import { fileURLToPath } from 'node:url';

export interface MachineFacts {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly system: string;
}

/** This machine. */
export function machineFacts(): MachineFacts {
  const [first] = cpus();
  return {
    cpu: first?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryBytes: totalmem(),
    system: `${type()} ${release()} ${process.arch}`,
  };
}

/** The commit that this tree stands at, with `+` where files differ from it; null without git. */
export function commitOfTree(): string | null {
  const cwd = fileURLToPath(new URL('.', import.meta.url));
  const git = (...args: string[]) =>
    // Without its locks, for it looks only.
    execFileSync('git', ['--no-optional-locks', ...args], {
      cwd,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  try {
    const commit = git('rev-parse', 'HEAD').trim();
    const isChanged = git('status', '--porcelain', '--untracked-files=no') !== '';
    return isChanged ? `${commit}+` : commit;
  } catch {
    return null;
  }
}
