/**
 * `npm run bench:pages`: what a browser takes to open the page of a long run, beside an empty page: from the start of
 * the navigation until the page has drawn its figures. The two are opened in turn.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { InputError } from '../models/input-error.ts';
import { CHROMIUM, startChromium } from './chromium.ts';
import { medianOf } from './median.ts';
import { readArguments, wholeOption } from './options.ts';
import { runProgram, withFolder } from './program.ts';

const TCESIM = fileURLToPath(new URL('../sim/cli/main.js', import.meta.url));
const REQUESTS_PRESET = 50_000_000;
const REQUESTS_MAX = 1e9;
const OPENINGS_PRESET = 9;
const OPENINGS_MAX = 1000;
const MS_DIGITS = 0;

await runProgram('bench:pages', async () => {
  const given = readArguments(process.argv.slice(2), ['requests', 'openings']);
  const requests = wholeOption(given, 'requests', REQUESTS_PRESET, 1, REQUESTS_MAX);
  const openings = wholeOption(given, 'openings', OPENINGS_PRESET, 1, OPENINGS_MAX);
  if (CHROMIUM === undefined) throw new InputError('expected a Chromium on the PATH, found none');
  return withFolder(async (folder) => {
    const report = reportOf(requests, folder);
    const empty = join(folder, 'empty.html');
    writeFileSync(empty, '<!doctype html><title>empty</title><svg></svg>');
    const [ours, nothing] = await openedInTurn([report, empty], openings);
    const ms = medianOf(ours).toFixed(MS_DIGITS);
    const ratio = (medianOf(ours) / medianOf(nothing)).toFixed(1);
    const size = (statSync(report).size / 2 ** 20).toFixed(2);
    process.stdout.write(
      `${simulated(folder)} requests: ${size} MiB, drawn after ${ms} ms (median of ${openings}), ${ratio} times an empty page\n`,
    );
    return 0;
  });
});

/** The page of a run of so many requests. */
function reportOf(requests: number, folder: string): string {
  const trace = join(folder, 'trace.arrow');
  tcesim('trace', 'generate', 'ring', '--requests', String(requests), '-o', trace);
  tcesim(
    'run',
    '--trace',
    trace,
    '--window',
    '64K:4G',
    '--map',
    'touched',
    '--report',
    '-o',
    folder,
  );
  return join(folder, 'report.html');
}

function tcesim(...args: string[]): void {
  execFileSync(process.execPath, [TCESIM, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
}

function simulated(folder: string): string {
  const { requests } = JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8'));
  return requests.toLocaleString('en');
}

/** Milliseconds that each file took, opening by opening. */
async function openedInTurn(files: readonly string[], openings: number): Promise<number[][]> {
  const browser = await startChromium();
  try {
    const times: number[][] = files.map(() => []);
    for (let opening = 0; opening < openings; opening += 1) {
      for (const [at, file] of files.entries()) {
        const page = await browser.newPage();
        times[at].push(await openingMs(page, pathToFileURL(file).href));
        await page.close();
      }
    }
    return times;
  } finally {
    await browser.close();
  }
}

/** A frame behind the load event: its scripts have run, and what they drew is laid out. */
async function openingMs(page: Page, url: string): Promise<number> {
  await page.goto(url);
  await page.locator('svg').first().waitFor({ state: 'attached' });
  return page.evaluate(
    'new Promise((done) => requestAnimationFrame(() => done(performance.now())))',
  );
}
