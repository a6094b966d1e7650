/**
 * The pages in a real Chromium: every figure is drawn, filters and the walk work, nothing is loaded, nothing
 * complains, and axe-core finds nothing serious. Screenshots stay in out/screenshots. Needs Chromium
 * (apt-get install chromium).
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHROMIUM, startChromium } from '../../../bench/chromium.ts';
import { screenshot, seriousIn } from '../../chromium.ts';
import { sample, succeed, workFolder } from '../../cli/command.ts';

const EXAMPLES = fileURLToPath(new URL('../../../docs/examples/', import.meta.url));

const absence = CHROMIUM === undefined ? ' (skipped: no chromium here)' : '';
if (CHROMIUM === undefined) process.stderr.write(`test/report: no page is drawn${absence}\n`);

/** A page that is open, and what it complained of. */
interface Opened {
  readonly page: Page;
  readonly complaints: string[];
}

describe.skipIf(CHROMIUM === undefined)(`a page in Chromium${absence}`, () => {
  const path = workFolder();
  let browser: Browser;

  beforeAll(async () => {
    browser = await startChromium();
    const trace = ['--trace', sample('p9-nvme-e1000e.arrow')];
    const windows = ['--window', '64K:1T:levels=2', '--map', 'touched'];
    await succeed('run', ...trace, ...windows, '-o', path('run'), '--report');
    await succeed('run', `${EXAMPLES}freeze.yaml`, '-o', path('freeze'), '--report');
    await succeed('run', `${EXAMPLES}fragmented.yaml`, '-o', path('lack'), '--report');
    const plan = [
      '--levels',
      '1..4',
      '--window',
      '2G,64G,1T',
      '--page',
      '4K,64K',
      '--trace',
      'random,nvme',
    ];
    await succeed('sweep', ...plan, '--requests', '1000', '-o', path('study'), '--report');
    const refused = ['--levels', '4,5', '--window', '2G', '--requests', '100'];
    await succeed('sweep', ...refused, '-o', path('refused'), '--report');
    writeFileSync(path('one.csv'), 'time_ns,rid,op,address,length\n0,01:00.0,read,0x1000,64\n');
    const single = ['--trace', path('one.csv'), '--window', '64K:1G', '--map', 'touched'];
    await succeed('run', ...single, '-o', path('single'), '--report');
    writeFileSync(path('hostile.csv'), 'time_ns,rid,op,address,length\n0,01:00.0,read,0x1000,64\n');
    const name = '</script><img src=x onerror=alert(1)>';
    await succeed('run', '--trace', path('hostile.csv'), '--seed', name, '-o', path('seeded'));
    const result = JSON.parse(readFileSync(path('seeded/results.json'), 'utf8'));
    result.scenario.trace.file = name;
    writeFileSync(path('seeded/results.json'), JSON.stringify(result));
    await succeed('report', path('seeded'));
  });

  afterAll(() => browser?.close());

  async function open(name: string, colorScheme: 'light' | 'dark', width = 1280): Promise<Opened> {
    const page = await browser.newPage({ colorScheme, viewport: { width, height: 900 } });
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('dialog', (dialog) => complaints.push(`dialog: ${dialog.message()}`));
    page.on('request', (request) => {
      if (!request.url().startsWith('file:') || request.isNavigationRequest() === false) {
        complaints.push(`loads ${request.url()}`);
      }
    });
    await page.goto(pathToFileURL(path(`${name}/report.html`)).href);
    await page.locator('html[data-ready]').waitFor();
    return { page, complaints };
  }

  const shot = (page: Page, name: string) =>
    page.screenshot({ path: screenshot(`${name}.png`), fullPage: true });

  /** Shapes of a figure, which are none where it was not drawn. */
  const shapesOf = (figure: Locator) =>
    figure.locator('svg[role=img] :is(path, rect, circle)').count();

  test.each([
    'light',
    'dark',
  ] as const)('draws every figure of a run, in %s colours', async (colours) => {
    const { page, complaints } = await open('run', colours);
    for (const id of ['parts', 'ranges', 'spread', 'curves', 'timeline', 'reuse', 'orders']) {
      const figure = page.locator(`#${id}`);
      await figure.scrollIntoViewIfNeeded();
      expect([id, await shapesOf(figure)]).not.toEqual([id, 0]);
      // No coordinate came out as no number.
      expect(await figure.locator('svg').innerHTML()).not.toMatch(/NaN|Infinity|undefined/);
    }
    await shot(page, `run-${colours}`);
    expect(await seriousIn(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('says first what was run, and with which assumed numbers', async () => {
    const { page } = await open('run', 'light');
    const titles = await page.locator('h2').allTextContents();
    expect(titles[0]).toBe('What was run');
    const first = await page.locator('#asked').innerText();
    expect(first).toContain('64K:1T:levels=2');
    expect(first).toMatch(/Assumed: \d+ parameters/);
    expect(first).toContain('tceCache.ways');
    await page.close();
  });

  test('shows the walk of any request of the sample', async () => {
    const { page, complaints } = await open('run', 'light');
    const list = page.locator('#requests-list');
    await list.getByLabel('Outcome').selectOption('miss');
    await list.getByLabel('Direction').selectOption('write');
    const rows = list.locator('tbody tr').filter({ has: page.locator('button.link') });
    const row = rows.nth(1);
    const cells = await row.locator('td').allInnerTexts();
    expect(cells).toContain('miss');
    expect(cells).toContain('write');
    await row.locator('button.link').click();
    const walk = page.locator('#walk-view');
    const text = await walk.innerText();
    expect(text).toContain(`Request ${cells[0]} of PHB ${cells[1]}`);
    expect(text).toContain('2 levels of 64 KiB, pages of 64 KiB');
    expect(text).toContain('walked the table');
    expect(await walk.locator('.stations tbody tr').count()).toBe(2);
    const [upper, leaf] = await walk.locator('.stations tbody tr').allInnerTexts();
    expect(upper).toMatch(/table at 0x[0-9a-f]+, rw\s+\d+ cycles/);
    expect(leaf).toMatch(/page at 0x[0-9a-f]+, rw\s+\d+ cycles/);
    expect(await walk.locator('svg rect').count()).toBeGreaterThan(2);
    await walk.screenshot({ path: screenshot('walk.png') });
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('leaves the requests that a filter asks for, and none of the others', async () => {
    const { page } = await open('run', 'light');
    const list = page.locator('#requests-list');
    const status = list.getByRole('status');
    const all = await status.innerText();
    await list.getByLabel('At least, ns').fill('700');
    expect(await status.innerText()).not.toBe(all);
    const latencies = await list.locator('tbody tr:has(button.link) td:last-child').allInnerTexts();
    expect(latencies.length).toBeGreaterThan(0);
    for (const text of latencies) expect(Number(text.replace(',', ''))).toBeGreaterThanOrEqual(700);
    await list.getByLabel('Address has').fill('no such address');
    expect(await list.locator('button.link').count()).toBe(0);
    await page.close();
  });

  test('sorts by a column, up and down, by keyboard', async () => {
    const { page } = await open('run', 'light');
    const list = page.locator('#requests-list');
    const head = list.getByRole('button', { name: 'ns', exact: true });
    await head.focus();
    await page.keyboard.press('Enter');
    const slowest = await list.locator('tbody tr td:last-child').first().innerText();
    await page.keyboard.press('Enter');
    const fastest = await list.locator('tbody tr td:last-child').first().innerText();
    expect(Number(slowest.replace(',', ''))).toBeGreaterThan(Number(fastest.replace(',', '')));
    expect(await list.locator('th[aria-sort=ascending]').count()).toBe(1);
    await page.close();
  });

  test('looks closer at the timeline, by button and by dragging, and back', async () => {
    const { page, complaints } = await open('run', 'light');
    const timeline = page.locator('#timeline');
    const status = timeline.getByRole('status');
    const all = await status.innerText();
    await timeline.getByRole('button', { name: 'Closer' }).click();
    const closer = await status.innerText();
    expect(closer).not.toBe(all);
    const box = await timeline.locator('svg').boundingBox();
    if (box === null) throw new Error('no timeline');
    await page.mouse.move(box.x + 200, box.y + 100);
    await page.mouse.down();
    await page.mouse.move(box.x + 300, box.y + 120, { steps: 4 });
    expect(await page.locator('.tip').innerText()).toContain('hit rate');
    await page.mouse.up();
    expect(await status.innerText()).not.toBe(closer);
    await timeline.screenshot({ path: screenshot('timeline-closer.png') });
    await timeline.getByRole('button', { name: 'All' }).click();
    expect(await status.innerText()).toBe(all);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('hides a curve and shows the tail', async () => {
    const { page } = await open('run', 'light');
    const curves = page.locator('#curves');
    const before = await curves.locator('path.curve').count();
    const toggle = curves.getByRole('button', { name: 'link' });
    await toggle.click();
    expect(await toggle.getAttribute('aria-pressed')).toBe('false');
    expect(await curves.locator('path.curve').count()).toBe(before - 1);
    await curves.getByLabel('Shares').selectOption('the tail');
    expect(await curves.locator('svg').textContent()).toContain('99.99 %');
    await page.close();
  });

  test('tells the numbers of every figure as a table', async () => {
    const { page } = await open('run', 'light');
    const summaries = page.locator('figure summary');
    for (let at = 0; at < (await summaries.count()); at += 1) await summaries.nth(at).click();
    const figures = await page.locator('figure').count();
    await expect.poll(() => page.locator('figure details table').count()).toBe(figures);
    expect(await seriousIn(page)).toEqual([]);
    await page.close();
  });

  test('says of a dropped request that it met no table', async () => {
    const { page } = await open('freeze', 'light');
    const list = page.locator('#requests-list');
    await list.getByLabel('Outcome').selectOption('frozen');
    await list.locator('button.link').first().click();
    const walk = page.locator('#walk-view');
    expect(await walk.innerText()).toContain('Dropped unseen');
    expect(await walk.locator('table').count()).toBe(0);
    await list.getByLabel('Outcome').selectOption('page-fault');
    await list.locator('button.link').first().click();
    expect(await walk.innerText()).toContain('no permission: nothing is mapped');
    expect(await walk.innerText()).toContain('No access.');
    await page.close();
  });

  test('marks the time in which a PE was frozen', async () => {
    const { page, complaints } = await open('freeze', 'dark');
    expect(await page.locator('#timeline rect.band').count()).toBe(1);
    expect(await page.locator('#kills').innerText()).toContain('page-fault');
    await shot(page, 'freeze-dark');
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('shows which blocks of memory were free, and which could not be had', async () => {
    const { page, complaints } = await open('lack', 'light');
    expect(await page.locator('#orders rect.order-freeBefore').count()).toBe(6);
    expect(await page.locator('#orders rect.order-failed').count()).toBe(1);
    await page.locator('#memory').screenshot({ path: screenshot('memory.png') });
    expect(complaints).toEqual([]);
    await page.close();
  });

  test.each([
    'light',
    'dark',
  ] as const)('draws the map of a study, in %s colours', async (colours) => {
    const { page, complaints } = await open('study', colours);
    const map = page.locator('#heat-map');
    expect(await map.locator('tbody tr').count()).toBe(4);
    expect(await map.locator('tbody td').count()).toBe(12);
    expect(await map.locator('td.refused').count()).toBeGreaterThan(0);
    expect(await page.locator('#verdict').innerText()).toContain('levels');
    await shot(page, `study-${colours}`);
    for (const figure of ['p99 latency, ns', 'TCE cache hits', 'allocation: buddy order wanted']) {
      await page.getByLabel('Figure').selectOption(figure);
      expect(await seriousIn(page)).toEqual([]);
    }
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('shows another part of a study, and a point of it in full', async () => {
    const { page, complaints } = await open('study', 'light');
    const map = page.locator('#heat-map');
    const choices = page.locator('#map');
    const before = await map.innerText();
    await choices.getByLabel('trace', { exact: true }).selectOption('nvme');
    expect(await map.innerText()).not.toBe(before);
    await choices.getByLabel('Figure').selectOption('allocation: buddy order wanted');
    expect(await map.innerText()).toMatch(/ENOMEM \d+/);
    await map.locator('td.refused button').first().click();
    expect(await page.locator('#point-view').innerText()).toContain('order');
    await choices.getByLabel('Across', { exact: true }).selectOption('levels');
    expect(await map.locator('tbody tr').count()).toBe(3);
    const points = page.locator('#point-table');
    await points.getByLabel('levels').selectOption('2');
    const counts = await points.locator('tbody tr td:nth-child(3)').allInnerTexts();
    expect(new Set(counts)).toEqual(new Set(['2']));
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('names requests as their buttons do, however large their numbers are', async () => {
    const { page } = await open('run', 'light');
    const list = page.locator('#requests-list');
    await list.getByRole('button', { name: 'request', exact: true }).click();
    expect(await list.locator('button.link').first().innerText()).toMatch(/^\d+,\d{3}$/);
    expect(await seriousIn(page)).toEqual([]);
    await page.close();
  });

  test('draws a run of one request', async () => {
    const { page, complaints } = await open('single', 'light');
    for (const id of ['parts', 'ranges', 'spread', 'curves', 'timeline']) {
      const figure = page.locator(`#${id}`);
      expect([id, await shapesOf(figure)]).not.toEqual([id, 0]);
      expect(await figure.locator('svg').innerHTML()).not.toMatch(/NaN|Infinity|undefined/);
    }
    expect(await page.locator('#spread .axis text').count()).toBeGreaterThan(3);
    expect(await page.locator('#ranges').innerText()).toContain('1 request,');
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('draws a study in which no window came into being', async () => {
    const { page, complaints } = await open('refused', 'light');
    expect(await page.locator('#heat-map td.refused').allInnerTexts()).toEqual([
      'EINVAL',
      'EINVAL',
    ]);
    await page.locator('#heat-map td button').first().click();
    expect(await page.locator('#point-view').innerText()).toContain('EINVAL');
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('of a study says which numbers are assumed', async () => {
    const { page } = await open('study', 'light');
    const asked = await page.locator('#asked').innerText();
    expect(asked).toMatch(/phb4.*\d+ parameters assumed, \d+ inferred/s);
    expect(asked).toMatch(/Assumed: \d+ parameters/);
    expect(asked).toContain('tceCache.ways');
    await page.close();
  });

  test.each(['run', 'study'])('of a %s fits a telephone, and paper', async (name) => {
    const { page } = await open(name, 'light', 390);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    await shot(page, `${name}-narrow`);
    await page.setViewportSize({ width: 1100, height: 900 });
    const paper = await page.pdf({ format: 'A4', path: screenshot(`${name}.pdf`) });
    expect(paper.subarray(0, 5).toString()).toBe('%PDF-');
    await page.close();
  });

  test('takes a hostile name for what it is', async () => {
    const { page, complaints } = await open('seeded', 'light');
    expect(await page.locator('h1').innerText()).toContain('</script><img src=x onerror=alert(1)>');
    expect(await page.locator('img').count()).toBe(0);
    expect(complaints).toEqual([]);
    await page.close();
  });
});
