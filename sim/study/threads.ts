/** How many workers a sweep has when nobody says it. */
import { availableParallelism } from 'node:os';

/** Variables of Slurm that tell it, the nearest first. */
const VARIABLES = ['SLURM_CPUS_PER_TASK', 'SLURM_CPUS_ON_NODE'] as const;

/** What the environment grants, or else what the machine has; at most `most`. */
export function threadsOf(
  environment: Readonly<Record<string, string | undefined>>,
  most: number,
): number {
  const granted = VARIABLES.map((name) => Number(environment[name])).find((count) => count >= 1);
  return Math.min(Math.floor(granted ?? availableParallelism()), most);
}
