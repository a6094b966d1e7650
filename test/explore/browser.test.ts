/**
 * The simulator in a real Chromium: the same bytes as the command line, answers to every control, a walk that stays,
 * words for what cannot be replayed. Screenshots stay in out/screenshots. Needs Chromium (apt-get install chromium).
 */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ScenarioWords } from '../../sim/scenario/scenario-words.ts';
import { screenshot, seriousIn } from '../chromium.ts';
import { sample, succeed, workFolder } from '../cli/command.ts';
import {
  ABSENCE,
  CAPTURE,
  download,
  Explored,
  fact,
  refusal,
  replayed,
  scenarioOf,
} from './explored.ts';
import { PlainServer } from './plain-server.ts';

if (ABSENCE !== '') process.stderr.write(`test/explore: nothing is replayed${ABSENCE}\n`);

describe.skipIf(ABSENCE !== '')(`explore in Chromium${ABSENCE}`, () => {
  const path = workFolder();
  let explored: Explored;

  beforeAll(async () => {
    explored = await Explored.start();
  });

  afterAll(async () => {
    expect(await explored?.end()).toBe(130);
  });

  /** The result of the page, and that of the command line for the scenario file that the page gives. */
  async function bothResults(page: Page): Promise<[string, string]> {
    await replayed(page);
    // Results name the scenario's file.
    const scenario = path('scenario.yaml');
    writeFileSync(scenario, await download(page, 'scenario.yaml'));
    const printed = await succeed('run', scenario, '--format', 'json');
    return [withoutHost(await download(page, 'results.json')), withoutHost(printed)];
  }

  test.each<[string, ScenarioWords]>([
    [
      'random requests on three levels',
      {
        generate: { generator: 'uniform', set: { requests: 5000, window: '64G', devices: 3 } },
        windows: ['4K:64G:levels=3'],
        map: 'touched',
        phb: 'phb5',
        set: { 'walkCache.level1': 16, 'tceCache.entries': 64 },
      },
    ],
    [
      'a ring whose packets are mapped and unmapped, on a PHB3',
      {
        generate: { generator: 'ring', set: { requests: 3000, strict: 'yes' } },
        windows: ['64K:1G'],
        phb: 'phb3',
        pace: 'closed:8,each:device',
        set: { 'kill.sync': 'all' },
      },
    ],
    [
      'a capture with tables of its own',
      { trace: CAPTURE, firmware: 'pre2021', set: { 'tceCache.replacement': 'random' } },
    ],
    [
      'a window that memory has no room for',
      {
        generate: { generator: 'zipf', set: { requests: 500 } },
        windows: ['64K:64G:levels=1'],
        map: 'touched',
        host: { kernel: '6.12', freeBlocks: [5000, 200, 10] },
      },
    ],
    [
      'replacement by what is wanted last, which reads the trace twice',
      {
        generate: { generator: 'zipf', set: { requests: 2000, window: '1G' } },
        windows: ['64K:1G'],
        map: 'all',
        set: { 'tceCache.replacement': 'belady' },
      },
    ],
  ])('%s: the bytes of the command line', async (_name, words) => {
    const { page, complaints } = await explored.open(words);
    writeFileSync(path(CAPTURE), readFileSync(sample(CAPTURE)));
    const [here, there] = await bothResults(page);
    expect(here).toBe(there);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('a trace of the user: the bytes of the command line', async () => {
    const file = path('mine.arrow');
    await succeed('trace', 'generate', 'tenants', '-o', file, '--requests', '4000');
    const { page, complaints } = await explored.open();
    await page.getByLabel('An Arrow trace').setInputFiles(file);
    const [here, there] = await bothResults(page);
    expect(JSON.parse(here).scenario.trace.file).toBe('mine.arrow');
    expect(here).toBe(there);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test.each(['light', 'dark'] as const)('is drawn in %s colours', async (colorScheme) => {
    const { page, complaints } = await explored.open(undefined, { colorScheme });
    await replayed(page);
    for (const id of ['parts', 'ranges', 'spread', 'curves', 'timeline', 'orders']) {
      await page.locator(`#${id}`).scrollIntoViewIfNeeded();
      await expect.poll(() => page.locator(`#${id} svg[role=img]`).count()).toBe(1);
      expect(await page.locator(`#${id} svg`).innerHTML()).not.toMatch(/NaN|Infinity|undefined/);
    }
    await page.screenshot({ path: screenshot(`explore-${colorScheme}.png`) });
    expect(await seriousIn(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('a slider, by keyboard: other results, the same scenario file, the focus stays', async () => {
    const { page } = await explored.open();
    await replayed(page);
    const before = await fact(page, 'TCE cache hits');
    const slider = page.getByLabel('tceCache.entries');
    await slider.focus();
    for (let steps = 0; steps < 3; steps += 1) await page.keyboard.press('ArrowLeft');
    await replayed(page);
    expect(Number.parseFloat(await fact(page, 'TCE cache hits'))).toBeLessThan(
      Number.parseFloat(before),
    );
    expect(await scenarioOf(page)).toContain('tceCache.entries: 128');
    expect(await page.evaluate('document.activeElement.id')).toBe(await slider.getAttribute('id'));
    expect(await slider.getAttribute('aria-valuetext')).toBe('128');
    for (let steps = 0; steps < 3; steps += 1) await page.keyboard.press('ArrowRight');
    await replayed(page);
    expect(await fact(page, 'TCE cache hits')).toBe(before);
    expect(await scenarioOf(page)).not.toContain('tceCache');
    await page.close();
  });

  test('more levels: every miss reads more', async () => {
    const { page } = await explored.open();
    const reads: number[] = [];
    for (const levels of ['2', '3', '4']) {
      await page.getByRole('slider', { name: 'levels' }).fill(levels);
      await replayed(page);
      const { walkReads } = JSON.parse(await download(page, 'results.json'));
      reads.push(walkReads.filter((count: number) => count > 0).length);
    }
    expect(reads).toEqual([2, 3, 4]);
    await page.close();
  });

  test('figures that are kept stand beside the new ones', async () => {
    const { page } = await explored.open();
    await replayed(page);
    const hits = await fact(page, 'TCE cache hits');
    await page.getByRole('button', { name: 'Keep to compare' }).click();
    await page.getByLabel('model').selectOption('phb3');
    await replayed(page);
    const note = page.locator('#figures .fact').filter({ hasText: 'TCE cache hits' });
    expect(await note.locator('.note').innerText()).toMatch(`kept: ${hits}; `);
    await page.getByRole('button', { name: 'Compare no more' }).click();
    expect(await note.locator('.note').innerText()).toContain('misses');
    await page.close();
  });

  test('a smaller cache has no more ways than entries, and made larger again those that it had', async () => {
    const words = { generate: { generator: 'zipf', set: { requests: 500 } }, windows: ['64K:1G'] };
    const { page } = await explored.open({
      ...words,
      set: { 'tceCache.ways': 8, 'tceCache.entries': 8 },
    });
    await replayed(page);
    await page.getByLabel('tceCache.entries').focus();
    for (let steps = 0; steps < 2; steps += 1) await page.keyboard.press('ArrowLeft');
    await replayed(page);
    expect(await scenarioOf(page)).toMatch(/entries: 2\s.*ways: 2\s/s);
    for (let steps = 0; steps < 3; steps += 1) await page.keyboard.press('ArrowRight');
    await replayed(page);
    expect(await scenarioOf(page)).toMatch(/entries: 16\s.*ways: 8\s/s);
    await page.close();
  });

  test('a window that the kernel refused is told above the figures', async () => {
    const words = { generate: { generator: 'zipf', set: { requests: 500 } }, map: 'touched' };
    const { page } = await explored.open({ ...words, windows: ['64K:1T:levels=1'] });
    await replayed(page);
    expect(await page.locator('#figures p.warning').innerText()).toBe(
      'No DMA window came into being: see Table memory.',
    );
    await page.close();
  });

  test('what was unfolded stays so when the controls are drawn anew', async () => {
    const { page } = await explored.open();
    await replayed(page);
    const devices = page.getByLabel('devices', { exact: true });
    expect(await devices.isVisible()).toBe(false);
    await page.getByText('More of the generator').click();
    await devices.fill('2');
    await page.getByLabel('model').selectOption('phb3');
    await replayed(page);
    expect(await devices.inputValue()).toBe('2');
    expect(await devices.isVisible()).toBe(true);
    await page.close();
  });

  test('any other parameter can be set, and be as it was', async () => {
    const { page } = await explored.open();
    await replayed(page);
    const key = page.getByLabel('parameter', { exact: true });
    await key.fill('tceCache.lookupCycle');
    await page.getByLabel('value', { exact: true }).fill('500');
    await page.getByRole('button', { name: 'Set', exact: true }).click();
    expect(
      await key.evaluate((input: { validationMessage: string }) => input.validationMessage),
    ).toBe("no such parameter, did you mean 'tceCache.lookupCycles'?");
    await key.fill('tceCache.lookupCycles');
    await page.getByRole('button', { name: 'Set', exact: true }).click();
    await replayed(page);
    expect(await scenarioOf(page)).toContain('tceCache.lookupCycles: 500');
    expect(await page.locator('#parts').innerText()).toContain('lookup');
    await page.getByRole('button', { name: /^tceCache.lookupCycles: back to/ }).click();
    await replayed(page);
    expect(await scenarioOf(page)).not.toContain('lookupCycles');
    await page.close();
  });

  test('a drawing anew keeps the focus on a button, what is half typed, and the choice of requests', async () => {
    const { page } = await explored.open();
    await replayed(page);
    await page.getByLabel('parameter', { exact: true }).fill('tceCache.look');
    await page.getByLabel('Outcome').selectOption({ label: 'miss' });
    const outcomes = page.locator('#requests-list tbody td:nth-child(8)');
    const misses = async () => [...new Set(await outcomes.allInnerTexts())];
    expect(await misses()).toEqual(['miss']);
    await page.getByLabel('model').selectOption('phb5');
    await replayed(page);
    const key = page.getByLabel('parameter', { exact: true });
    expect(await key.inputValue()).toBe('tceCache.look');
    expect(await page.getByLabel('Outcome').locator(':checked').innerText()).toBe('miss');
    expect(await misses()).toEqual(['miss']);
    await key.fill('tceCache.lookupCycles');
    await page.getByLabel('value', { exact: true }).fill('9');
    await page.getByRole('button', { name: 'Set', exact: true }).focus();
    await page.keyboard.press('Enter');
    await replayed(page);
    expect(await scenarioOf(page)).toContain('tceCache.lookupCycles: 9');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Set');
    expect(await key.inputValue()).toBe('');
    await page.close();
  });

  test('a scenario of an address keeps what has no control: nested parameters, a second window, a seed', async () => {
    const { page } = await explored.open({
      generate: { generator: 'zipf', set: { requests: 500 } },
      windows: ['64K:1G', '64K:2G'],
      map: 'touched',
      seed: '007',
      set: { tceCache: { entries: 96, ways: 3 } },
    });
    await replayed(page);
    expect(await page.getByLabel('tceCache.entries').getAttribute('aria-valuetext')).toBe('96');
    expect(await page.locator('.panel').innerText()).toContain('a second window, 64K:2G');
    await page.getByRole('slider', { name: 'levels' }).fill('1');
    await replayed(page);
    const scenario = await scenarioOf(page);
    expect(scenario).toContain('- 64K:1G:levels=1\n  - 64K:2G\n');
    expect(scenario).toMatch(/seed: ["']007["']\n/);
    expect(scenario).toContain('tceCache.entries: 96\n  tceCache.ways: 3');
    // What a cache of 96 entries would hit is between 64 and 128, of which the first is counted.
    expect(await page.locator('#reuse').innerHTML()).toContain('LRU cache of 64 TCEs');
    await page.close();
  });

  test('the walk that a reader chose is shown again after a change', async () => {
    const { page, complaints } = await explored.open();
    await replayed(page);
    await page.locator('#requests-list button.link').nth(3).click();
    const heading = page.locator('#walk-view h3');
    const title = await heading.innerText();
    const cycles = await page.locator('#walk-view h4').innerText();
    await page.getByLabel('memory.readNs').focus();
    await page.keyboard.press('End');
    await replayed(page);
    expect(await heading.innerText()).toBe(title);
    expect(await page.locator('#walk-view h4').innerText()).not.toBe(cycles);
    await page.locator('#walk').screenshot({ path: screenshot('explore-walk.png') });
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('the newest question is answered, and a long one before it left', async () => {
    const requests = (count: number) => ({
      generate: { generator: 'uniform', set: { requests: count, window: '16G' } },
      windows: ['64K:16G'],
      map: 'touched',
    });
    const { page } = await explored.open(requests(1_000_000));
    await page.locator('.progress').getByText('rows').waitFor();
    await explored.show(page, requests(300));
    await replayed(page);
    expect(await fact(page, 'requests')).toBe('300');
    await page.close();
  });

  test.each<[string, ScenarioWords | string, RegExp]>([
    ['no scenario', 'nonsense', /^address: expected a scenario as JSON behind #$/],
    ['an unknown key', '{"phd":"phb4"}', /^address: phd: unknown key, did you mean 'phb'\?$/],
    ['an unknown PHB', { phb: 'phb9' }, /^phb: unknown PHB 'phb9'; known: phb3, phb4/],
    ['no requests', { phb: 'phb4' }, /^expected trace or generate, got neither$/],
    ['a trace that is not there', { trace: 'a.arrow' }, /^a\.arrow: not here; choose the file/],
    [
      'a wrong parameter of a generator',
      { generate: { generator: 'zipf', set: { page: '5K' } } },
      /^scenario\.yaml: generate: page: expected .* got '5K'$/,
    ],
    [
      'a window that no kernel makes',
      { generate: { generator: 'zipf' }, windows: ['64K:1G:levels=9'] },
      /^scenario\.yaml: window 64K:1G:levels=9: .*EINVAL/,
    ],
    [
      'more requests than a page should have',
      { generate: { generator: 'zipf', set: { requests: '2M' } } },
      /^scenario\.yaml: generate: requests: expected at most 1M on this page, got '2M'$/,
    ],
    [
      'more tables than there is memory',
      {
        generate: { generator: 'zipf', set: { requests: 10 } },
        windows: ['4K:1T:levels=2'],
        map: 'all',
      },
      /memory/,
    ],
  ])('%s is refused in a line, and the page goes on', async (_name, words, line) => {
    const { page, complaints } = await explored.open(words);
    expect(await refusal(page)).toMatch(line);
    expect(await page.locator('.results.old').count()).toBe(1);
    await explored.show(page, { trace: CAPTURE });
    await replayed(page);
    expect(await page.getByRole('alert').count()).toBe(0);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('a file that is no Arrow trace is refused by name', async () => {
    const { page } = await explored.open();
    writeFileSync(path('log.txt'), 'not a trace');
    await page.getByLabel('An Arrow trace').setInputFiles(path('log.txt'));
    expect(await refusal(page)).toBe(
      'log.txt: expected an Arrow trace, not compressed; tcesim trace import makes one of any known log',
    );
    await page.close();
  });

  test('a link brings somebody else to the same scenario', async () => {
    const { page } = await explored.open();
    await replayed(page);
    const first = page.url();
    await page.getByLabel('source').selectOption('nic-rx');
    await replayed(page);
    const scenario = await scenarioOf(page);
    expect(scenario).toContain('generator: nic-rx');
    const other = await explored.browser.newPage();
    await other.goto(page.url());
    await replayed(other);
    expect(await scenarioOf(other)).toBe(scenario);
    await other.close();
    // Back at the first one, it is as it was.
    const before = JSON.parse(decodeURIComponent(first.split('#')[1]));
    await page.getByLabel('source').selectOption('zipf');
    await replayed(page);
    expect(JSON.parse(decodeURIComponent(page.url().split('#')[1]))).toEqual(before);
    await page.close();
  });

  test('fits a telephone', async () => {
    const { page } = await explored.open(undefined, { width: 390 });
    await replayed(page);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    // Who turns a control far above the results sees their figures.
    await page.getByLabel('source').focus();
    const bottom = "document.querySelector('#figures .value').getBoundingClientRect().bottom";
    expect(await page.evaluate(bottom)).toBeLessThanOrEqual(900);
    expect(await seriousIn(page)).toEqual([]);
    await page.screenshot({ path: screenshot('explore-narrow.png'), fullPage: true });
    await page.close();
  });

  test('a folder replays on a server that sends no headers', async () => {
    await succeed('explore', '-o', path('site'));
    const server = await PlainServer.start(path('site'));
    const page = await explored.browser.newPage();
    await page.goto(server.address);
    await replayed(page);
    expect(await fact(page, 'requests')).toBe('20,000');
    await page.close();
    await server.end();
  });
});

/** All of a result but the facts of the machine that simulated. */
function withoutHost(text: string): string {
  const { host: _host, ...rest } = JSON.parse(text);
  return JSON.stringify(rest, null, 2);
}
