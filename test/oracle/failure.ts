/**
 * A case on which engine and oracle differ, for whoever looks into it: a scenario file with the oracle's
 * answers in it, in the folder for temporary files, and a few lines that say what differs.
 */
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { OracleCase } from './case.ts';
import { differenceOf } from './difference.ts';
import { type Replayed, replayByEdges, wordsReadByEdges } from './edges.ts';
import { replayByEngine } from './engine.ts';
import { toScenarioFile } from './scenario-file.ts';

/** Replays a case by both. Throws an Error of one line where they differ, or where one of them does. */
export function agree(drawn: OracleCase): Replayed {
  const oracle = replayByEdges(drawn);
  const engine = replayByEngine(drawn);
  if (isDeepStrictEqual(engine, oracle)) return oracle;
  const difference = differenceOf(oracle, engine);
  if (difference !== undefined) throw new Error(difference);
  return oracle;
}

/** Writes the scenario file and returns what to print. */
export function reportFailure(name: string, seed: number, drawn: OracleCase): string {
  const smallest = withWordsRead(drawn);
  const path = join(tmpdir(), `${name}-${seed}.yaml`);
  const { message, oracle } = lookAt(smallest);
  writeFileSync(path, toScenarioFile(smallest, oracle));
  return [
    message,
    `The case, with the oracle's answers: ${path}`,
    `Replay it: npm run build && node dist/sim/cli/main.js run ${path}`,
  ].join('\n');
}

/** The case without the words of tables that no walk reads, unless the failure is in reading them. */
function withWordsRead(drawn: OracleCase): OracleCase {
  try {
    const read = wordsReadByEdges(drawn);
    const words = new Map([...drawn.words].filter(([address]) => read.has(address)));
    const trimmed = { ...drawn, words };
    return lookAt(trimmed).message === lookAt(drawn).message ? trimmed : drawn;
  } catch {
    return drawn;
  }
}

/** What is wrong with a case, and what the oracle answers, if it does. */
function lookAt(drawn: OracleCase): { message: string; oracle?: Replayed } {
  try {
    const oracle = replayByEdges(drawn);
    try {
      agree(drawn);
      return { message: 'they agree when asked again', oracle };
    } catch (error) {
      return { message: (error as Error).message, oracle };
    }
  } catch (error) {
    return { message: (error as Error).message };
  }
}
