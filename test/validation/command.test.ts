/** `tcesim validate` from outside: its forms, its exit codes. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

function validate(...words: string[]) {
  return spawnSync(process.execPath, ['dist/sim/cli/main.js', 'validate', ...words], {
    cwd: root,
    encoding: 'utf8',
  });
}

describe('tcesim validate', () => {
  it('prints a record for each row, and ends with 0 where all are good', () => {
    const { stdout, status } = validate('--only', 'R8.default', '--format', 'json');
    const { rows } = JSON.parse(stdout);
    expect(rows).toHaveLength(2);
    expect(rows[0]).toMatchObject({
      experiment: 'R8.default.entries',
      published: 16_384,
      simulated: 16_384,
      deviation: 0,
      tolerance: 0,
      ok: true,
      calibrated: null,
    });
    expect(status).toBe(0);
  });

  it('ends with 4 where one is out of tolerance, and says why', () => {
    const { stdout, status } = validate('--only', 'R1.IB.1M');
    expect(stdout).toContain('within tolerance 0 of 1 predictions');
    expect(stdout).toContain('1 out of tolerance, 1 of them for a known cause');
    expect(stdout).toMatch(/R1\.IB\.1M .* ✗ known$/m);
    expect(stdout).toContain('the latencies say 299');
    expect(status).toBe(4);
  });

  it('does not count a fitted row as a prediction', () => {
    const { stdout, status } = validate('--only', 'R7');
    expect(stdout).toContain('validate: within tolerance 2 of 2 calibrated rows (fit)\n');
    expect(stdout).toContain('no evidence');
    expect(status).toBe(0);
  });

  it('draws nothing where there is no figure, before it measures', () => {
    const { stderr, stdout, status } = validate('--only', 'R8', '--figures', 'nowhere');
    expect(stderr).toMatch(/--figures: only R1 and R2 have one/);
    expect(stdout).toBe('');
    expect(status).toBe(2);
  });

  it('shows a scenario or measures, not both', () => {
    const { stderr, status } = validate('--show', 'R1.HSW.1M', '--figures', 'nowhere');
    expect(stderr).toMatch(/--show.* cannot be used with .*--figures/);
    expect(status).toBe(2);
  });

  it('ends with 3 on a name of nothing', () => {
    const { stderr, status } = validate('--only', 'R3');
    expect(stderr).toMatch(/^tcesim: --only: unknown experiment 'R3'/);
    expect(status).toBe(3);
  });
});
