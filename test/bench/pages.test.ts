/** The program that times pages, on a short run. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { CHROMIUM } from '../../bench/chromium.ts';

const PROGRAM = fileURLToPath(new URL('../../dist/bench/pages.js', import.meta.url));

function pages(args: readonly string[], env = process.env) {
  return spawnSync(process.execPath, [PROGRAM, ...args], { encoding: 'utf8', env });
}

test.skipIf(CHROMIUM === undefined)(
  'opens the page of a run and an empty one (without a Chromium: skipped)',
  () => {
    const { stdout, status } = pages(['--requests', '20000', '--openings', '3']);
    expect(stdout).toMatch(
      /^[\d,]+ requests: 0\.\d\d MiB, drawn after \d+ ms \(median of 3\), [\d.]+ times an empty page\n$/,
    );
    expect(status).toBe(0);
  },
);

test('says what it cannot use', () => {
  const { stderr, status } = pages(['--openings', '0']);
  expect(stderr).toBe("bench:pages: --openings: expected a whole number 1..1000, got '0'\n");
  expect(status).toBe(3);
});
