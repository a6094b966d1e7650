/** SIGINT and SIGTERM: the first stops the work and lets it report, the second ends the process. */
import { EXIT_SIGINT, EXIT_SIGTERM } from './exit-codes.ts';

const CODES = { SIGINT: EXIT_SIGINT, SIGTERM: EXIT_SIGTERM } as const;

/**
 * Ends the process with the documented code. For verbs that let the event loop turn; those that do not
 * leave the signals to the system, which ends them at once.
 */
export function exitOnSignals(): void {
  process.once('SIGINT', () => process.exit(EXIT_SIGINT));
  process.once('SIGTERM', () => process.exit(EXIT_SIGTERM));
}

export class StopSignals {
  private readonly controller = new AbortController();
  private code: number | undefined;

  /** `words` are what the user is told with the first signal. */
  constructor(private readonly words = 'what is done so far follows') {
    for (const name of ['SIGINT', 'SIGTERM'] as const) {
      process.removeAllListeners(name);
      process.on(name, () => this.stop(CODES[name]));
    }
  }

  /** Aborted by the first signal. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** After the report: the process's exit code tells that it was stopped. */
  finish(): void {
    if (this.code !== undefined) process.exitCode = this.code;
  }

  private stop(code: number): void {
    if (this.code !== undefined) process.exit(code);
    this.code = code;
    process.stderr.write(`\nstopping; ${this.words}\n`);
    this.controller.abort();
  }
}
