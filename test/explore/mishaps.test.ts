/** What goes wrong while somebody explores: in the address, with a file, on the way to the server, or too late. */
import { closeSync, ftruncateSync, openSync, rmSync, writeFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ScenarioWords } from '../../sim/scenario/scenario-words.ts';
import { seriousIn } from '../chromium.ts';
import { succeed, workFolder } from '../cli/command.ts';
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

/** Traffic of so many requests. */
const zipf = (requests: number): ScenarioWords => ({
  generate: { generator: 'zipf', set: { requests, window: '16G' } },
  windows: ['64K:16G'],
  map: 'touched',
});

describe.skipIf(ABSENCE !== '')(`explore when something goes wrong${ABSENCE}`, () => {
  const path = workFolder();
  let explored: Explored;

  beforeAll(async () => {
    explored = await Explored.start();
  });

  afterAll(async () => {
    expect(await explored?.end()).toBe(130);
  });

  /** The server's answers to requests for a file come when they are let go. */
  async function held(page: Page, file: string) {
    let letGo = () => {};
    const gate = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    await page.route(`**/${file}`, async (route) => {
      await gate;
      await route.continue();
    });
    return letGo;
  }

  const broken = (page: Page, file: string) =>
    page.route(`**/${file}`, (route) => route.fulfill({ status: 503 }));

  test('a capture that comes late is nobody else`s', async () => {
    let letGo = () => {};
    const { page } = await explored.open(
      { trace: CAPTURE },
      {
        before: async (page) => {
          letGo = await held(page, CAPTURE);
        },
      },
    );
    await explored.show(page, zipf(300));
    await replayed(page);
    const loaded = page.waitForResponse(`**/${CAPTURE}`);
    letGo();
    await (await loaded).finished();
    await page.getByLabel('model').selectOption('phb5');
    await replayed(page);
    expect(await fact(page, 'requests')).toBe('300');
    expect(await scenarioOf(page)).toContain('generator: zipf');
    expect(JSON.parse(await download(page, 'results.json')).requests).toBe(300);
    expect(decodeURIComponent(page.url())).toContain('"generator":"zipf"');
    await page.close();
  });

  test('a capture that cannot be had refuses the scenarios that want it, until it can', async () => {
    const { page } = await explored.open(
      { trace: CAPTURE },
      { before: (page) => broken(page, CAPTURE) },
    );
    expect(await refusal(page)).toBe(`${CAPTURE}: the server says 503`);
    await explored.show(page, zipf(300));
    await replayed(page);
    await page.unroute(`**/${CAPTURE}`);
    await explored.show(page, { trace: CAPTURE });
    await replayed(page);
    expect(await fact(page, 'requests')).toBe('260,628');
    await page.close();
  });

  test('an engine that could not be loaded is loaded with the next question', async () => {
    const { page } = await explored.open(zipf(300), {
      before: (page) => broken(page, 'explore/engine.js'),
    });
    expect(await refusal(page)).toMatch(/^the engine: it could not be loaded/);
    await page.unroute('**/explore/engine.js');
    await page.getByLabel('model').selectOption('phb3');
    await replayed(page);
    expect(await fact(page, 'requests')).toBe('300');
    await page.close();
  });

  test('a file that is gone is refused by name', async () => {
    const file = path('gone.arrow');
    await succeed('trace', 'generate', 'zipf', '-o', file, '--requests', '400');
    const { page } = await explored.open();
    await page.getByLabel('An Arrow trace').setInputFiles(file);
    await replayed(page);
    await page.getByLabel('source').selectOption('zipf');
    await replayed(page);
    // The engine holds one trace: this one it has to be given again.
    await page.getByLabel('source').selectOption({ label: 'gone.arrow' });
    await replayed(page);
    await explored.show(page, { trace: CAPTURE });
    await replayed(page);
    rmSync(file);
    await page.getByLabel('source').selectOption({ label: 'gone.arrow' });
    expect(await refusal(page)).toMatch(/^gone\.arrow: .*could not be (read|found)/);
    await page.close();
  });

  test('a file that is too large is refused, and what is shown stays good', async () => {
    const file = openSync(path('large.arrow'), 'w');
    ftruncateSync(file, 65 * 2 ** 20);
    closeSync(file);
    const { page } = await explored.open(zipf(300));
    await replayed(page);
    await page.getByLabel('An Arrow trace').setInputFiles(path('large.arrow'));
    expect(await refusal(page)).toMatch(/^large\.arrow: expected at most 64 MiB on this page; /);
    await replayed(page);
    await page.getByLabel('model').selectOption('phb3');
    await replayed(page);
    expect(await page.getByRole('alert').count()).toBe(0);
    await page.close();
  });

  test('what is typed and no number is refused as it was typed', async () => {
    const { page } = await explored.open();
    await replayed(page);
    await page.getByLabel('free blocks by order').fill('100 x');
    expect(await refusal(page)).toBe(
      "scenario.yaml: host.freeBlocks.1: expected a number, got 'x'",
    );
    await page.close();
  });

  test('a broken address to begin with leaves the scenario that the controls show', async () => {
    const { page } = await explored.open('garbage{');
    expect(await refusal(page)).toBe('address: expected a scenario as JSON behind #');
    expect(await scenarioOf(page)).toContain('generator: zipf');
    await page.close();
  });

  test.each([
    ['empty.arrow', Buffer.alloc(0), /^empty\.arrow: the file is empty$/],
    [
      'a.arrow.gz',
      Buffer.from([0x1f, 0x8b, 8, 0]),
      /^a\.arrow\.gz: expected an Arrow trace, not c/,
    ],
  ])('%s is refused', async (name, bytes, line) => {
    writeFileSync(path(name), bytes);
    const { page } = await explored.open();
    await page.getByLabel('An Arrow trace').setInputFiles(path(name));
    expect(await refusal(page)).toMatch(line);
    await page.close();
  });

  test('a broken address ends what was being replayed, and its refusal stays', async () => {
    const { page } = await explored.open(zipf(1_000_000));
    await page.locator('.progress').getByText('rows').waitFor();
    await explored.show(page, '{"phd":"phb4"}');
    expect(await refusal(page)).toMatch(/^address: phd: unknown key/);
    await explored.show(page, zipf(300));
    await replayed(page);
    await explored.show(page, 'x');
    expect(await refusal(page)).toBe('address: expected a scenario as JSON behind #');
    expect(await page.locator('#state').innerText()).toContain('below is the scenario before');
    expect(await seriousIn(page)).toEqual([]);
    await page.close();
  });

  test.each<[string, object | string, string | RegExp]>([
    ['tables', { tables: 'x.txt' }, 'address: tables: this page has none; tcesim run takes it'],
    ['rows', { rows: 'time_ns' }, 'address: rows: this page has none; tcesim run takes it'],
    [
      'a key in both spellings',
      { set: { 'tags.count': 1, tags: { count: 2 } } },
      'set: tags.count: given twice',
    ],
    ['no value', { set: { tags: { count: null } } }, /^address: set\.tags: expected a plain value/],
    [
      'maps in maps',
      `{"set":${'{"a":'.repeat(5000)}1${'}'.repeat(5001)}`,
      'address: expected at most 64 maps or lists in each other',
    ],
  ])('%s in an address is refused', async (_name, words, line) => {
    const { page, complaints } = await explored.open();
    await replayed(page);
    await explored.show(page, typeof words === 'string' ? words : { ...zipf(300), ...words });
    expect(await refusal(page)).toMatch(line);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('the link to the content leads there, and leaves the address', async () => {
    const { page } = await explored.open(zipf(300));
    await replayed(page);
    const address = page.url();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('content');
    expect(page.url()).toBe(address);
    expect(await page.getByRole('alert').count()).toBe(0);
    await page.close();
  });

  test('a host that leads elsewhere does so with the service worker, too', async () => {
    await succeed('explore', '-o', path('site'));
    const server = await PlainServer.start(path('site'));
    const page = await explored.browser.newPage();
    await page.goto(server.address);
    await replayed(page);
    await page.goto(`${server.address}old`);
    await replayed(page);
    expect(page.url().startsWith(`${server.address}#`)).toBe(true);
    await page.close();
    await server.end();
  });
});
