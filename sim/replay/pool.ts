/** The only door to piscina: the workers that lanes and slices run in. */
import type { MessagePort } from 'node:worker_threads';
import { Piscina } from 'piscina';

/** The modules that workers run, by the folder that they are in. */
const FOLDERS = {
  lane: 'replay',
  'slice-lane': 'replay',
  'solo-lane': 'replay',
  'point-lane': 'study',
} as const;
type WorkerModule = keyof typeof FOLDERS;

export class LanePool<Task, Answer> {
  private readonly pool: Piscina<Task, Answer>;

  constructor(module: WorkerModule, lanes: number) {
    this.pool = new Piscina({
      filename: urlOf(module).href,
      minThreads: lanes,
      maxThreads: lanes,
      concurrentTasksPerWorker: 1,
      idleTimeout: 0,
      recordTiming: false,
    });
    // A worker that dies while it starts reports here; the tasks' own rejections tell the rest.
    this.pool.on('error', () => {});
  }

  /** Runs one task to its end; a port of it moves to the worker. */
  run(task: Task, port?: MessagePort): Promise<Answer> {
    return this.pool.run(task, { transferList: port ? [port] : [] });
  }

  /** Ends the workers at once. */
  async close(): Promise<void> {
    await this.pool.destroy();
  }
}

/**
 * Workers run compiled code; sources (tests) take the build's copy. The build has this module in the folder of the
 * replay and in that of the command line's chunks: both are beside the workers' folders.
 */
function urlOf(module: WorkerModule): URL {
  const root = import.meta.url.endsWith('.ts') ? '../../dist/sim' : '..';
  return new URL(`${root}/${FOLDERS[module]}/${module}.js`, import.meta.url);
}
