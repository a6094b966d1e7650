/** Which shard a process is, by its environment. */
import { expect, test } from 'vitest';
import { shardOfCall } from '../../sim/study/shard-environment.ts';

test.each([
  ['a pod of Kubernetes counts from 0', { JOB_COMPLETION_INDEX: '0' }, 1],
  ['the last pod is the last shard', { JOB_COMPLETION_INDEX: '7' }, 8],
  ['a task of Slurm counts from 1', { SLURM_ARRAY_TASK_ID: '1' }, 1],
  ['the last task is the last shard', { SLURM_ARRAY_TASK_ID: '8' }, 8],
])('%s', (_what, environment, index) => {
  expect(shardOfCall('env/8', environment)).toEqual({ index, count: 8 });
});

test('a shard that is told which it is asks nobody', () => {
  const environment = { JOB_COMPLETION_INDEX: '5', SLURM_ARRAY_TASK_ID: '6' };
  expect(shardOfCall('2/8', environment)).toEqual({ index: 2, count: 8 });
});

test.each([
  [{}, /--shard env\/8: expected JOB_COMPLETION_INDEX or SLURM_ARRAY_TASK_ID in the environment/],
  [{ JOB_COMPLETION_INDEX: '8' }, /expected JOB_COMPLETION_INDEX in 0\.\.7, got '8'/],
  [{ SLURM_ARRAY_TASK_ID: '0' }, /expected SLURM_ARRAY_TASK_ID in 1\.\.8, got '0'/],
  [{ SLURM_ARRAY_TASK_ID: '1.5' }, /expected SLURM_ARRAY_TASK_ID in 1\.\.8, got '1\.5'/],
  [{ JOB_COMPLETION_INDEX: '' }, /expected JOB_COMPLETION_INDEX in 0\.\.7, got ''/],
])('an environment of %j gives no shard of 8', (environment, message) => {
  expect(() => shardOfCall('env/8', environment)).toThrow(message);
});

test.each(['env/', 'env/x', 'env/0', 'env'])('%s is no shard', (text) => {
  expect(() => shardOfCall(text, { JOB_COMPLETION_INDEX: '0' })).toThrow(/--shard/);
});
