/** Studies of programs: the results of the command line, and each point as it is done. */
import { describe, expect, test } from 'vitest';
import { InputError, type PlanWords, type PointRecord, sweep } from '../../sim/index.ts';
import { resultsText } from '../../sim/study/study-results.ts';
import { succeed } from '../cli/command.ts';

const PLAN = {
  seed: 's',
  requests: 500,
  vary: { page: '4K', window: ['2G', '64G'], levels: '1..2', trace: ['random', 'nic'] },
};
const FLAGS = [
  ...['--seed', 's', '--requests', '500', '--page', '4K', '--window', '2G,64G'],
  ...['--levels', '1..2', '--trace', 'random,nic'],
];

test('a study of a program is that of the command line, byte for byte, on any threads', async () => {
  const printed = await succeed('sweep', ...FLAGS, '--format', 'json');
  for (const threads of [1, 3]) {
    const study = sweep({ ...PLAN, title: JSON.parse(printed).plan.title }, { threads });
    const points: PointRecord[] = [];
    for await (const point of study) points.push(point);
    const { result } = study;
    expect(result && resultsText(result)).toBe(printed);
    const byName = (a: PointRecord, b: PointRecord) => a.name.localeCompare(b.name);
    expect(points.toSorted(byName)).toEqual(result?.points.toSorted(byName));
  }
});

test('a study that is left in the middle has no result', async () => {
  const study = sweep(PLAN, { threads: 1 });
  for await (const { name } of study) {
    expect(name).toContain('window=2G');
    break;
  }
  expect(study.result).toBeUndefined();
});

describe('what cannot be used is an InputError', () => {
  test.each<[unknown, object, string]>([
    [{ vary: { levls: 1 } }, {}, "plan: vary.levls: unknown key, did you mean 'levels'?"],
    [{ vry: {} }, {}, "plan: vry: unknown key, did you mean 'vary'?"],
    ['/none.yaml', {}, '/none.yaml: no such file'],
    [PLAN, { threads: 0 }, 'threads: expected 1..64, got 0'],
    [{ vary: { kernel: 6.1 } }, {}, "plan: vary.kernel: expected a name in quotes, as '6.12-64k'"],
  ])('%j with %j', async (plan, options, message) => {
    const run = async () => {
      for await (const _ of sweep(plan as PlanWords, options));
    };
    await expect(run()).rejects.toThrow(new InputError(message));
  });
});
