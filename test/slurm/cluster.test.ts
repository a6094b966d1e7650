/**
 * `tcesim slurm` on a real Slurm of two nodes: tasks that are told to stop, killed and put back into the queue
 * change nothing in the results. Needs slurmctld, slurmd and munge: apt-get install slurm-wlm munge.
 */
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { succeed, tcesim } from '../cli/command.ts';
import { LONG_PLAN, resultsIn, resultsOfOneRun, SMALL_PLAN, writePlan } from './study.ts';

const run = promisify(execFile);
const CLUSTER = fileURLToPath(new URL('cluster.sh', import.meta.url));
const COMMANDS = ['munged', 'slurmctld', 'slurmd', 'sbatch', 'squeue', 'scontrol', 'scancel'];
const POLL_MS = 20;
const STUDY_MS = 300_000;

const { PATH } = process.env;
const folders = `${PATH}:/usr/sbin`.split(delimiter);
const missing = COMMANDS.filter((name) => !folders.some((at) => existsSync(join(at, name))));
const absence = missing.length === 0 ? '' : ` (skipped: no ${missing.join(', ')} here)`;
if (missing.length > 0) process.stderr.write(`test/slurm: no real Slurm${absence}\n`);

describe.skipIf(missing.length > 0)(`a cluster of two nodes${absence}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'tcesim-slurm-'));
  const at = (name: string) => join(folder, name);

  beforeAll(async () => {
    Object.assign(process.env, {
      PATH: folders.join(delimiter),
      SLURM_CONF: at('cluster/slurm.conf'),
    });
    const ports = await freePorts(3);
    execFileSync(CLUSTER, ['start', at('cluster'), ...ports.map(String)], { stdio: 'inherit' });
  });

  afterAll(() => {
    execFileSync(CLUSTER, ['stop', at('cluster')], { stdio: 'inherit' });
    rmSync(folder, { recursive: true });
  });

  test('gives the bytes of one machine', { timeout: STUDY_MS }, async () => {
    const plan = writePlan(at('small.yaml'), SMALL_PLAN);
    const study = at('a "study" of $HOME');
    await submit(plan, study, 6, 2);
    await succeed('slurm', 'collect', '--poll', '1', study);
    expect(resultsIn(study)).toBe(await resultsOfOneRun(plan, at('small')));
    const nodes = readdirSync(join(study, 'log'));
    expect(nodes).toHaveLength(6);
    expect(await succeed('slurm', 'status', study)).toMatch(/6 of 6 shards are complete/);
  });

  test('loses no point and no byte when a task is stopped, one is killed and one put back', {
    timeout: STUDY_MS,
  }, async () => {
    const plan = writePlan(at('long.yaml'), LONG_PLAN);
    const study = at('study');
    const job = await submit(plan, study, 3, 1);
    const pointOf = (shard: number) => join(study, `shards/${shard}/points/${shard}.json`);

    // As at the end of its time.
    const stop = async () => {
      await isThere(pointOf(1));
      await run('scancel', ['--batch', '--signal=TERM', `${job}_1`]);
    };
    // As when a more urgent job wants its node. Slurm would wait two minutes before it runs again.
    const putBack = async () => {
      await isThere(pointOf(2));
      await run('scontrol', ['requeue', `${job}_2`]);
      await startAgain(`${job}_2`);
    };
    // As when memory runs out: nobody is asked.
    const kill = async () => {
      await isThere(pointOf(3));
      await run('scancel', ['--batch', '--signal=KILL', `${job}_3`]);
    };
    await Promise.all([stop(), putBack(), kill()]);
    const times = () => [1, 2, 3].map((shard) => statSync(pointOf(shard)).mtimeMs);
    const before = times();

    const { code, stderr } = await tcesim('slurm', 'collect', '--poll', '1', study);
    const events = stderr.split('\n').filter((line) => !line.startsWith('tasks: '));
    expect([code, ...events]).toEqual([
      0,
      expect.stringMatching(/^shards 1,3 submitted again as job \d+$/),
      '',
    ]);
    expect(resultsIn(study)).toBe(await resultsOfOneRun(plan, at('long')));
    expect(times()).toEqual(before);
    const log = (shard: number) => readFileSync(join(study, `log/shard-${shard}.log`), 'utf8');
    expect(log(1)).toMatch(
      /stopping; [\s\S]*[12] of 3 points of shard 1\/3 are[\s\S]*3 of 3 points/,
    );
    expect(log(2)).toMatch(/DUE TO JOB REQUEUE[\s\S]*[12] of 3 points[\s\S]*3 of 3 points/);
    expect(log(3)).not.toMatch(/1 of 2 points/);
  });
});

/** Submits a plan and answers the job's id. */
async function submit(plan: string, study: string, shards: number, cpus: number): Promise<string> {
  const array = ['--array', `${shards}`, '--cpus-per-task', `${cpus}`];
  await succeed('slurm', 'submit', plan, ...array, '-o', study);
  return JSON.parse(readFileSync(join(study, 'slurm.json'), 'utf8')).jobs[0].id;
}

async function isThere(path: string): Promise<void> {
  while (!existsSync(path)) await wait(POLL_MS);
}

/**
 * Starts a task that was put back, soon after it has ended; what is asked earlier is forgotten. Not at once: a node
 * takes a start in the second of the end, to which it counts, for the one that was ended ("credential revoked").
 */
async function startAgain(task: string): Promise<void> {
  const asked = ['--noheader', `--jobs=${task}`, '--format=%T %r'];
  const answer = async () => (await run('squeue', asked)).stdout.trim();
  while ((await answer()) !== 'PENDING BeginTime') await wait(POLL_MS);
  await run('scontrol', ['update', `JobId=${task}`, 'StartTime=now+2']);
}

/** Ports that nobody listens on. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => new Promise((done) => server.once('listening', done))));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}
