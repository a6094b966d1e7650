/** How a program watches a replay, and that what goes wrong in its own function comes back to it. */
import { InputError } from '../../models/input-error.ts';
import { valueGot } from '../form.ts';
import { checkKeys } from './keys.ts';

/** How a replay is watched. */
export interface ReplayOptions {
  /** Aborting it stops the replay; the result is then of what was done, its `isComplete` false. */
  readonly signal?: AbortSignal;
  /** Called about five times a second with the rows of the trace that are read. What it throws, or rejects with, stops the replay. */
  readonly onProgress?: (rows: number) => void;
}

const KEYS = Object.keys({ signal: 0, onProgress: 0 } satisfies Record<keyof ReplayOptions, 0>);

export class ReplayWatch {
  private readonly stopping = new AbortController();
  private readonly onProgress: ReplayOptions['onProgress'];
  /** What the function promised last. */
  private promised: Promise<unknown> = Promise.resolve();
  private failure: { readonly error: unknown } | undefined;
  /** Aborted by the program, or by what its function throws. */
  readonly signal: AbortSignal;

  /** Throws InputError on options that are none. */
  constructor(options: ReplayOptions) {
    checkKeys('replay options', options, KEYS);
    const { signal, onProgress } = options;
    if (signal !== undefined && !(signal instanceof AbortSignal)) {
      throw new InputError(`signal: expected an AbortSignal, ${valueGot(signal)}`);
    }
    if (onProgress !== undefined && typeof onProgress !== 'function') {
      throw new InputError(`onProgress: expected a function, ${valueGot(onProgress)}`);
    }
    this.onProgress = onProgress;
    const own = this.stopping.signal;
    this.signal = signal === undefined ? own : AbortSignal.any([own, signal]);
  }

  /** So many rows are read. */
  tell(rows: number): void {
    // A timer calls: what is thrown there, or rejected, ends the process.
    try {
      this.promised = Promise.resolve(this.onProgress?.(rows)).catch((error) => this.fail(error));
    } catch (error) {
      this.fail(error);
    }
  }

  private fail(error: unknown): void {
    this.failure ??= { error };
    this.stopping.abort();
  }

  /** The replay is over: throws what the program's function threw. */
  async end(): Promise<void> {
    await this.promised;
    if (this.failure) throw this.failure.error;
  }
}
