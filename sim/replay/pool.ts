/** The only door to piscina: the workers that lanes run in. */
import { Piscina } from 'piscina';
import type { LaneAnswer, LaneTask } from './lane.ts';

/**
 * Workers run compiled code; sources (tests) take the build's copy beside them. The build has this module in
 * its own folder and in that of the command line's chunks: both are beside the lane's.
 */
const LANE_URL = new URL(
  import.meta.url.endsWith('.ts') ? '../../dist/sim/replay/lane.js' : '../replay/lane.js',
  import.meta.url,
);

export class LanePool {
  private readonly pool: Piscina<LaneTask, LaneAnswer>;

  constructor(lanes: number) {
    this.pool = new Piscina({
      filename: LANE_URL.href,
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
