/** The study that tests of Slurm run, and what one machine makes of it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { succeed } from '../cli/command.ts';

/** Six points that take no time, two of them without a window. */
export const SMALL_PLAN = `title: levels of two windows
seed: s
requests: 500
vary: { page: 64K, window: [2G, 1T], levels: 1..3 }
`;

/** Eight points, each about half a second; the third is there at once, for its window is not. */
export const LONG_PLAN = `title: levels, pages and windows
seed: s
requests: 100000
vary: { page: [4K, 64K], window: [2G, 64G], levels: [1, 2] }
`;

/** Writes a plan and answers its path. */
export function writePlan(path: string, text: string): string {
  writeFileSync(path, text);
  return path;
}

/** The results of a plan that one process ran. */
export async function resultsOfOneRun(plan: string, folder: string): Promise<string> {
  await succeed('sweep', plan, '-o', folder);
  return resultsIn(folder);
}

export function resultsIn(folder: string): string {
  return readFileSync(join(folder, 'results.json'), 'utf8');
}
