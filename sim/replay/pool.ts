/** The only door to piscina: the workers that lanes run in. */
import { createRequire } from 'node:module';
import { Piscina } from 'piscina';
import type { LaneAnswer, LaneTask } from './lane.ts';

/** Workers run the build's lane, whatever file of sources or build this is. */
const LANE = createRequire(import.meta.url).resolve('#lane');

export class LanePool {
  private readonly pool: Piscina<LaneTask, LaneAnswer>;

  constructor(lanes: number) {
    this.pool = new Piscina({
      filename: LANE,
      minThreads: lanes,
      maxThreads: lanes,
      concurrentTasksPerWorker: 1,
      idleTimeout: 0,
      recordTiming: false,
    });
    // A worker that dies while it starts reports here; the tasks' own rejections tell the rest.
    this.pool.on('error', () => {});
  }

  /** Runs one lane to its end. */
  run(task: LaneTask): Promise<LaneAnswer> {
    return this.pool.run(task, { transferList: [task.memories] });
  }

  /** Ends the workers at once. */
  async close(): Promise<void> {
    await this.pool.destroy();
  }
}
