/**
 * Shards that tell by their environment which they are: `env/8` is the task of a Slurm array (from 1 on), or the
 * pod of an indexed job of Kubernetes (from 0 on), where all eight have the same command.
 */
import { InputError } from '../../models/input-error.ts';
import { parseShard, type Shard } from './shard.ts';

/** The variables, and the index of the first shard in each. */
const VARIABLES = [
  { name: 'JOB_COMPLETION_INDEX', first: 0 },
  { name: 'SLURM_ARRAY_TASK_ID', first: 1 },
] as const;

/** Reads `i/n`, or `env/n` with the i of the environment. Throws InputError. */
export function shardOfCall(
  text: string,
  environment: Readonly<Record<string, string | undefined>>,
): Shard {
  const [, digits] = /^env\/([1-9]\d{0,4})$/.exec(text.trim()) ?? [];
  if (digits === undefined) return parseShard(text);
  const given = VARIABLES.find(({ name }) => environment[name] !== undefined);
  if (given === undefined) {
    const names = VARIABLES.map(({ name }) => name).join(' or ');
    throw new InputError(`--shard ${text}: expected ${names} in the environment`);
  }
  const { name, first } = given;
  const { [name]: value = '' } = environment;
  const count = Number(digits);
  const index = Number(value) - first + 1;
  if (/^\d+$/.test(value) && index >= 1 && index <= count) return { index, count };
  const range = `${first}..${first + count - 1}`;
  throw new InputError(`--shard ${text}: expected ${name} in ${range}, got '${value}'`);
}
