/**
 * How the main thread looks after workers that read rows by themselves: it tells them to stop, they tell it how
 * far they are, both through shared memory, because neither has time for messages.
 */
import { PROGRESS_MS, type ReplayOptions, type RowWatch } from './terms.ts';

/** What both sides share: a cell that is not 0 once all is to stop, and each worker's rows, as doubles. */
export interface WatchBuffers {
  readonly stop: SharedArrayBuffer;
  readonly progress: SharedArrayBuffer;
}

/** The main thread's side. */
export class SharedWatch {
  readonly buffers: WatchBuffers;

  constructor(workers: number) {
    this.buffers = {
      stop: new SharedArrayBuffer(4),
      progress: new SharedArrayBuffer(workers * 8),
    };
  }

  /** Tells every worker to stop at the end of its batch. */
  stop(): void {
    Atomics.store(new Int32Array(this.buffers.stop), 0, 1);
  }

  /** Looks after workers, with at most so many rows to tell, until the function that it returns is called. */
  begin(
    { signal, onProgress }: Pick<ReplayOptions, 'signal' | 'onProgress'>,
    rowsMax: number,
  ): () => void {
    const progress = new Float64Array(this.buffers.progress);
    const stop = () => this.stop();
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    const timer = setInterval(() => {
      const items = progress.reduce((sum, more) => sum + more, 0);
      onProgress({ items, rows: Math.min(items, rowsMax) });
    }, PROGRESS_MS);
    return () => {
      clearInterval(timer);
      signal.removeEventListener('abort', stop);
    };
  }
}

/** A worker's side. */
export function rowWatch({ stop, progress }: WatchBuffers, worker: number): RowWatch {
  const stopCell = new Int32Array(stop);
  const rowCells = new Float64Array(progress);
  return {
    isStopped: () => Atomics.load(stopCell, 0) !== 0,
    onRows: (rows) => {
      rowCells[worker] += rows;
    },
  };
}
