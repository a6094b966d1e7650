/** The text of job scripts, and what a shell makes of it. */
import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { type JobRequest, jobScript } from '../../sim/study/slurm/job-script.ts';
import { parseTimeLimit } from '../../sim/study/slurm/time-limit.ts';
import { workFolder } from '../cli/command.ts';

const path = workFolder();
const REQUEST: JobRequest = { shards: 7, cpusPerTask: 2, others: [], graceSeconds: 60 };

test('the script is the same text for the same request', () => {
  const request: JobRequest = {
    shards: 16,
    cpusPerTask: 4,
    time: '2:00:00',
    partition: 'short,long',
    memory: '8G',
    others: ['--account=lab', '--comment="level study"'],
    graceSeconds: 90,
  };
  expect(
    jobScript(request, 'tcesim-0123abcd', ['/usr/bin/node', '/opt/tcesim/main.js']),
  ).toBe(`#!/bin/bash
# A shard of a study in each task; submit it from its own folder: sbatch job.sh
#SBATCH --job-name=tcesim-0123abcd
#SBATCH --array=1-16
#SBATCH --cpus-per-task=4
#SBATCH --time=2:00:00
#SBATCH --partition=short,long
#SBATCH --mem=8G
#SBATCH --account=lab
#SBATCH --comment="level study"
#SBATCH --output=log/shard-%a.log
#SBATCH --open-mode=append
#SBATCH --requeue
#SBATCH --signal=B:TERM@90

# Slurm tells the batch shell when time is up or the task goes back to the queue. tcesim takes the
# shell's place, so that it hears of it and stops with the points that are done; --resume keeps these.
# What it would report of its part alone says nothing of the study.
exec /usr/bin/node /opt/tcesim/main.js sweep plan.yaml --shard "$SLURM_ARRAY_TASK_ID/16" --resume -o "shards/$SLURM_ARRAY_TASK_ID" >/dev/null
`);
});

test('what is not asked for is not in it', () => {
  const script = jobScript(REQUEST, 'tcesim-0123abcd', ['tcesim']);
  expect(script).not.toMatch(/--time|--partition|--mem/);
});

test.each([
  'a b \'c\' "d"',
  '$HOME `date`',
  'x\\y; exit 3',
  '* & # !',
  '-- ~',
])('a shell calls a program named %s, with the words that a shard wants', (name) => {
  const program = path(`${name}.sh`);
  writeFileSync(program, '#!/bin/bash\nprintf "%s\\n" "$0" "$@" >&2\n');
  chmodSync(program, 0o755);
  const script = path('job.sh');
  writeFileSync(script, jobScript(REQUEST, 'tcesim-0123abcd', [program, name]));
  const called = execFileSync('bash', ['-c', 'bash job.sh 2>&1'], {
    cwd: dirname(script),
    env: { ...process.env, SLURM_ARRAY_TASK_ID: '3' },
    encoding: 'utf8',
  });
  expect(called.trimEnd().split('\n')).toEqual([
    program,
    name,
    ...['sweep', 'plan.yaml', '--shard', '3/7', '--resume', '-o', 'shards/3'],
  ]);
});

test.each([
  ['90', 90 * 60],
  ['0', Number.POSITIVE_INFINITY],
  ['90:30', 90 * 60 + 30],
  ['1:30:05', 5405],
  ['2-12', 60 * 3600],
  ['1-00:30', 88_200],
  ['1-01:01:01', 90_061],
])('a time limit of %s is %d seconds', (text, seconds) => {
  expect(parseTimeLimit(text)).toBe(seconds);
});

test.each(['', '1h', '1:2:3:4', '1-', '-5', '1-2-3', ' 90'])('%o is no time limit', (text) => {
  expect(() => parseTimeLimit(text)).toThrow(/--time: expected minutes, H:MM:SS or D-HH, got/);
});
