/** What a run took of the machine that Node ran on: the only facts of a result that another run does not have. */
import type { RunFacts } from '../results/result.ts';

export class Stopwatch {
  private readonly wall = process.hrtime.bigint();
  private readonly cpu = process.cpuUsage();

  /** The facts since it was made, of a run on so many threads. */
  facts(threads: number): RunFacts['host'] {
    const { user, system } = process.cpuUsage(this.cpu);
    return {
      threads,
      wallSeconds: Number(process.hrtime.bigint() - this.wall) / 1e9,
      cpuSeconds: (user + system) / 1e6,
      peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
      node: process.versions.node,
    };
  }
}
