/**
 * A disk that becomes full, a small tmpfs: studies and runs end in one line, what was finished is whole, and a study
 * goes on when there is room again. Needs the right to mount; elsewhere it is skipped, aloud.
 */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sample, succeed, tcesim, workFolder } from '../cli/command.ts';

const path = workFolder();
const disk = path('disk');

/** 18 points, each a file of a page of 4 KiB. */
const PLAN = ['--levels', '1..3', '--window', '2G,64G,1T', '--page', '4K,64K', '--requests', '300'];

const mount = (...args: string[]) => spawnSync('mount', args, { encoding: 'utf8' });
const resize = (size: string) => {
  const { status, stderr } = mount('-o', `remount,size=${size}`, disk);
  if (status !== 0) throw new Error(stderr);
};

mkdirSync(disk);
const mounted = mount('-t', 'tmpfs', '-o', 'size=4m', 'tcesim-test', disk);
const why = mounted.error?.message ?? mounted.stderr.trim();
const absence = mounted.status === 0 ? '' : ` (skipped: no tmpfs can be mounted here: ${why})`;
if (absence !== '') process.stderr.write(`test/study: no full disk${absence}\n`);

/** What stands in a directory of the disk. */
function files(name: string): string[] {
  return readdirSync(join(disk, name), { encoding: 'utf8', recursive: true }).sort();
}

describe.skipIf(absence !== '')(`a full disk${absence}`, () => {
  const study = join(disk, 'study');

  beforeAll(() => succeed('sweep', ...PLAN, '-o', path('whole')));

  beforeEach(() => {
    resize('4m');
    rmSync(study, { recursive: true, force: true });
    rmSync(join(disk, 'run'), { recursive: true, force: true });
  });

  afterAll(() => {
    spawnSync('umount', [disk]);
  });

  function expectWhole(): void {
    expect(files('study')).toEqual(
      readdirSync(path('whole'), { encoding: 'utf8', recursive: true }).sort(),
    );
    for (const name of files('study').filter((each) => each !== 'points')) {
      const [found, wanted] = [study, path('whole')].map((each) => readFileSync(join(each, name)));
      expect(found.equals(wanted), name).toBe(true);
    }
  }

  test('stops a study with one line and code 1; with more room it goes on to the same bytes', async () => {
    resize('48k');
    const { code, stdout, stderr } = await tcesim('sweep', ...PLAN, '-o', study);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^tcesim: \S+\/points\/\d+\.json: cannot be written \(ENOSPC\)\n$/);
    const points = files('study').filter((name) => name.startsWith('points/'));
    expect(points.length).toBeGreaterThan(5);
    expect(points.length).toBeLessThan(18);
    for (const name of points) {
      // Whole, and the bytes of one that never met a full disk.
      expect(readFileSync(join(study, name))).toEqual(readFileSync(path(`whole/${name}`)));
    }
    expect(existsSync(join(study, 'results.json'))).toBe(false);
    resize('4m');
    // Those that are there are not written again.
    const times = () => points.map((name) => statSync(join(study, name)).mtimeMs);
    const before = times();
    const resumed = await tcesim('sweep', ...PLAN, '--resume', '-o', study);
    expect(resumed.code).toBe(0);
    expect(times()).toEqual(before);
    expectWhole();
  });

  test('that takes the points and not the results keeps the points', async () => {
    resize('80k');
    const { code, stderr } = await tcesim('sweep', ...PLAN, '-o', study);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^18 of 18 points are done\ntcesim: \S+\/results\.json: cannot be written \(ENOSPC\)\n$/,
    );
    expect(files('study')).toHaveLength(1 + 18 + 1);
    const again = await tcesim('sweep', ...PLAN, '--resume', '-o', study);
    expect(again.code).toBe(1);
    resize('4m');
    await succeed('sweep', ...PLAN, '--resume', '-o', study);
    expectWhole();
  });

  test('stops merge likewise', async () => {
    resize('48k');
    const { code, stderr } = await tcesim('merge', path('whole'), '-o', study);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^tcesim: \S+\.json: cannot be written \(ENOSPC\)\n$/);
    resize('4m');
    await succeed('merge', path('whole'), '-o', study);
    expectWhole();
  });

  test('refuses a run with one line and code 3, and has nothing of it', async () => {
    resize('8k');
    writeFileSync(join(disk, 'filler'), new Uint8Array(4096));
    const trace = ['--trace', sample('p9-nvme-e1000e.arrow')];
    const { code, stdout, stderr } = await tcesim('run', ...trace, '-o', join(disk, 'run'));
    rmSync(join(disk, 'filler'));
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(/^tcesim: \S+\/run\/results\.json: cannot be written \(ENOSPC\)\n$/);
    expect(files('run')).toEqual([]);
    resize('4m');
    await succeed('run', ...trace, '-o', join(disk, 'run'));
    expect(files('run')).toEqual(['report.txt', 'results.json']);
  });
});
