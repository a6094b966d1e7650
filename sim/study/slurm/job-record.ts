/** What was submitted from the folder of a study: a small file, which status and collect go by. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../../../models/input-error.ts';
import { VERSION } from '../../version.ts';
import { z } from '../../zod.ts';
import { writeWhole } from '../file-write.ts';

const RECORD_FILE = 'slurm.json';

const job = z.strictObject({
  id: z.string().describe('of the array'),
  shards: z.array(z.number().int().min(1)).describe('its tasks, each a shard'),
});

const recordSchema = z.strictObject({
  schema: z.literal('tcesim.slurm/1'),
  version: z.string().describe('of tcesim, which all shards must have'),
  jobName: z.string().describe('of all jobs of this study, and of no other'),
  planDigest: z.string(),
  shards: z.number().int().min(1),
  jobs: z.array(job).describe('in the order in which they were submitted'),
});

export type JobRecord = z.infer<typeof recordSchema>;

/** A record of a study that is about to be submitted. */
export function newRecord(jobName: string, planDigest: string, shards: number): JobRecord {
  return { schema: 'tcesim.slurm/1', version: VERSION, jobName, planDigest, shards, jobs: [] };
}

/** The record of a folder; undefined where nothing was submitted. Throws InputError on one that is none. */
export function findRecord(folder: string): JobRecord | undefined {
  const path = join(folder, RECORD_FILE);
  const text = textOf(path);
  if (text === undefined) return undefined;
  const { success, data } = recordSchema.safeParse(parsed(text));
  if (success) return data;
  throw new InputError(`${path}: expected a record of jobs, as tcesim slurm submit writes it`);
}

/** Writes the record, whole. Throws StoreError. */
export function writeRecord(folder: string, record: JobRecord): void {
  writeWhole(join(folder, RECORD_FILE), `${JSON.stringify(record, null, 2)}\n`);
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new InputError(`${path}: cannot be read (${code})`);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
