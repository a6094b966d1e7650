/** `tcesim slurm` against a stand-in: what it submits, waits for, submits again and refuses. */
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { start, succeed, tcesim, workFolder } from '../cli/command.ts';
import { StandIn } from './stand-in.ts';
import { resultsIn, resultsOfOneRun, SMALL_PLAN, writePlan } from './study.ts';

const path = workFolder();
const { PATH } = process.env;
const COLLECT = ['slurm', 'collect', '--poll', '1'];
const ARRAY = ['--array', '3', '--cpus-per-task', '1'];
const plan = writePlan(path('plan.yaml'), SMALL_PLAN);
let standIn: StandIn;
let folder: string;
/** What one process makes of the plan. */
let expected: string;
let number = 0;

beforeAll(async () => {
  expected = await resultsOfOneRun(plan, path('one'));
  new StandIn(path('stand-in')).stepsIn();
  const copy = writePlan(path('copy.yaml'), SMALL_PLAN);
  await succeed('slurm', 'submit', copy, ...ARRAY, '-o', path('done'));
  // What was submitted needs the plan's file no more.
  rmSync(copy);
});

beforeEach(() => {
  Object.assign(process.env, { PATH });
  number += 1;
  folder = path(`it's the "${number}" of $HOME`);
  standIn = new StandIn(path(`stand-in ${number}`));
  standIn.stepsIn();
});

/** The folder is that of a study of 3 shards, all done but these. */
function beSubmitted(...missing: number[]): void {
  cpSync(path('done'), folder, { recursive: true });
  for (const shard of missing) rmSync(join(folder, `shards/${shard}`), { recursive: true });
}

describe('submit', () => {
  const submit = (...more: string[]) => {
    standIn.loses([1, 2, 3]);
    return tcesim('slurm', 'submit', plan, ...ARRAY, '-o', folder, ...more);
  };

  test('shows the script that it submits, and writes what was submitted', async () => {
    const { code, stdout, stderr } = await submit();
    expect([code, standIn.calls]).toEqual([0, ['--parsable --array=1-3 job.sh']]);
    expect(stdout).toMatch(/^#!\/bin\/bash\n[\s\S]*#SBATCH --array=1-3\n/);
    expect(stdout).toBe(readFileSync(join(folder, 'job.sh'), 'utf8'));
    const word = `'${folder.replace("'", "'\\''")}'`;
    expect(stderr).toBe(`job 1: 6 points in 3 tasks; then: tcesim slurm collect ${word}\n`);
    const files = ['job.sh', 'log', 'plan.yaml', 'shards', 'slurm.json'];
    expect(readdirSync(folder).sort()).toEqual(files);
  });

  test('writes nothing when it is only asked what it would submit', async () => {
    const { code, stdout, stderr } = await submit('--dry-run');
    expect([code, stderr, existsSync(folder)]).toEqual([0, '', false]);
    expect(stdout).toContain('#SBATCH --array=1-3\n');
  });

  test('refuses a folder whose study was submitted', async () => {
    beSubmitted();
    const { code, stdout, stderr } = await submit();
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toContain('was submitted as job 1; collect it, or take another folder');
  });

  test('without sbatch ends with 1 and one line', async () => {
    Object.assign(process.env, { PATH: path('nothing') });
    const { code, stderr } = await submit();
    expect([code, stderr]).toEqual([1, 'tcesim: sbatch: not found; is this a host of Slurm?\n']);
  });

  test.each([
    [['--array', '7'], /--array: expected 1\.\.6, the points of the plan, got '7'/],
    [['--cpus-per-task', '0'], /--cpus-per-task: expected 1\.\.1024, got '0'/],
    [['--time', '2h'], /--time: expected minutes, H:MM:SS or D-HH, got '2h'/],
    [['--time', '2'], /--time 2: expected 2 minutes more than --grace 60/],
    [['--partition', 'a b'], /--partition: expected a word without blanks and quotes, got 'a b'/],
    [['--sbatch', 'account'], /--sbatch: expected an option of sbatch, .*got 'account'/],
    [['--output', 'a%b'], /-o: expected a path without % and \\, which Slurm replaces/],
  ])('%j ends with 3', async (flags, message) => {
    const { code, stdout, stderr } = await submit(...flags);
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(message);
  });
});

describe('collect', () => {
  test('gives the bytes of one run', async () => {
    beSubmitted();
    await succeed(...COLLECT, folder);
    expect(resultsIn(folder)).toBe(expected);
  });

  test('submits what is missing again, and nothing else', async () => {
    beSubmitted(1, 3);
    const { code, stderr } = await tcesim(...COLLECT, folder);
    expect([code, stderr]).toEqual([0, 'shards 1,3 submitted again as job 1\n']);
    expect(standIn.calls).toEqual(['--parsable --array=1,3 job.sh']);
    expect(resultsIn(folder)).toBe(expected);
  });

  test('does not believe a point whose file is cut off', async () => {
    beSubmitted();
    writeFileSync(join(folder, 'shards/2/points/2.json'), '{"digest":"');
    const { code, stderr } = await tcesim(...COLLECT, folder);
    expect([code, stderr]).toEqual([0, 'shard 2 submitted again as job 1\n']);
    expect(resultsIn(folder)).toBe(expected);
  });

  test('gives up after so many tries that brought no point, and names the log', async () => {
    beSubmitted(1, 2);
    standIn.loses([1, 2]);
    const { code, stderr } = await tcesim(...COLLECT, '--tries', '2', folder);
    const again = '--parsable --array=1-2 job.sh';
    expect([code, standIn.calls]).toEqual([1, [again, again]]);
    expect(stderr).toContain('shards 1-2 of 3 not complete, 2 more tries brought no point; see ');
    expect(stderr).toContain(join(folder, 'log/shard-1.log'));
    expect(existsSync(join(folder, 'results.json'))).toBe(false);
  });

  test('waits for its own tasks only, through an absence of the controller', async () => {
    beSubmitted();
    const others = '9|1|RUNNING|None\n1|2|FAILED|NonZeroExitCode\n1|3|TIMEOUT|TimeLimit\n';
    standIn.answers(['1|1|RUNNING|None\n', 'away', others, '1|1|RUNNING|None\n']);
    const { code, stderr } = await tcesim(...COLLECT, folder);
    expect([code, stderr, standIn.answersLeft]).toEqual([0, '', 1]);
  });

  test('says once that a task is held', async () => {
    beSubmitted();
    const held = '1|2|PENDING|JobHeldUser\n';
    standIn.answers([held, held]);
    const { code, stderr } = await tcesim(...COLLECT, folder);
    const line = 'task 1_2 is held (PENDING, JobHeldUser): scontrol release 1_2\n';
    expect([code, stderr, standIn.answersLeft]).toEqual([0, line, 0]);
  });

  test('that is stopped while it waits ends with 130, and can be called again', async () => {
    beSubmitted();
    standIn.answers(Array.from({ length: 100 }, () => '1|1|RUNNING|None\n'));
    const waiting = start([...COLLECT, folder]);
    await standIn.isAsked();
    waiting.kill('SIGINT');
    const { code, stderr } = await waiting.ended;
    const words = '\nstopping; the jobs go on; collect again to wait for them\n';
    expect([code, stderr, existsSync(join(folder, 'results.json'))]).toEqual([130, words, false]);
    standIn.forgetsAnswers();
    await succeed(...COLLECT, folder);
    expect(resultsIn(folder)).toBe(expected);
  });

  test('ends with 5 where points failed, which no other try would change', async () => {
    const bad = path('bad.yaml');
    writeFileSync(
      bad,
      `requests: 500
vary: { window: [64G, 2T], levels: 2, trace: [random, odd] }
traces: { odd: { generator: nic-rx, set: { window: $window } } }
`,
    );
    await succeed('slurm', 'submit', bad, '--array', '1', '--cpus-per-task', '1', '-o', folder);
    const { code } = await tcesim(...COLLECT, folder);
    const { points } = JSON.parse(resultsIn(folder));
    const failed = points.map((point: { failed: string | null }) => point.failed !== null);
    expect([code, standIn.calls.length, failed]).toEqual([5, 1, [false, false, false, true]]);
  });

  test.each([
    ['nothing', undefined, /nothing was submitted from here; see tcesim slurm submit/],
    ['half a record', '{"schema":', /slurm\.json: expected a record of jobs/],
    ['a record of jobs of another version', { version: '0.0.9' }, /with tcesim 0\.0\.9, this is/],
    ['a record of another plan', { planDigest: 'abc' }, /plan\.yaml: is not what was submitted/],
  ])('refuses a folder with %s', async (_what, change, message) => {
    beSubmitted();
    changeRecord(change);
    const { code, stdout, stderr } = await tcesim(...COLLECT, folder);
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(message);
  });

  /** Nothing: the record goes; a text: it has that; keys: they are changed. */
  function changeRecord(change: string | object | undefined): void {
    const file = join(folder, 'slurm.json');
    const record = JSON.parse(readFileSync(file, 'utf8'));
    const text = typeof change === 'string' ? change : JSON.stringify({ ...record, ...change });
    if (change === undefined) rmSync(file);
    else writeFileSync(file, text);
  }
});

describe('status', () => {
  test('tells what is on the disk, and what Slurm says', async () => {
    beSubmitted(2);
    standIn.answers(['1|2|FAILED|NonZeroExitCode\n']);
    const { shards } = JSON.parse(await succeed('slurm', 'status', folder, '--format', 'json'));
    expect(shards.map(({ done, state }: { done: number; state: string }) => [done, state])).toEqual(
      [
        [2, null],
        [0, 'FAILED'],
        [2, null],
      ],
    );
    const table = await succeed('slurm', 'status', folder);
    expect(table).toContain('2 of 3 shards are complete');
    expect(table).toMatch(/^ +2 +0 of 2 ! +0 +1_2 +-$/m);
  });

  test('tells what is on the disk where there is no Slurm', async () => {
    beSubmitted();
    Object.assign(process.env, { PATH: path('nothing') });
    expect(await succeed('slurm', 'status', folder)).toContain('3 of 3 shards are complete');
  });
});
