/** The only door to piscina: the workers that lanes and slices run in. */
import { setTimeout as wait } from 'node:timers/promises';
import type { MessagePort } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { raiseCompilerBudget } from '../compiler-budget.ts';

/** The modules that workers run, by the folder that they are in. */
const FOLDERS = {
  lane: 'replay',
  'slice-lane': 'replay',
  'solo-lane': 'replay',
  'point-lane': 'study',
} as const;
type WorkerModule = keyof typeof FOLDERS;

const MAJOR = Number(process.versions.node.split('.')[0]);
const COMPILER_MAY_GO_ON = 24;
/** A look takes so long, and finds so little time spent where only timers run. */
const LOOK_MS = 15;
const REST_MICROSECONDS = 1500;
/** Tasks that were told to stop may still run: half a second. */
const LOOKS_MAX = 34;

export class LanePool<Task, Answer> {
  private readonly pool: Piscina<Task, Answer>;

  constructor(module: WorkerModule, lanes: number) {
    // A program of somebody else's has not done so.
    raiseCompilerBudget();
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

  /** Ends the workers. */
  async close(): Promise<void> {
    if (MAJOR < COMPILER_MAY_GO_ON) await compilerAtRest();
    await this.pool.destroy();
  }
}

/**
 * Before Node 24 a worker that ends while V8 compiles for it can end the whole process (NodePlatform::ForIsolate; 3 of
 * 25 tiny studies on a machine with 18 processes a core). That cannot be asked for, but seen: nobody else takes time
 * when all tasks are done.
 */
async function compilerAtRest(): Promise<void> {
  for (let looks = 0; looks < LOOKS_MAX; looks += 1) {
    const before = process.cpuUsage();
    await wait(LOOK_MS);
    const { user, system } = process.cpuUsage(before);
    if (user + system < REST_MICROSECONDS) return;
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
