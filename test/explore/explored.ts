/** The page of explore in a real Chromium: opened, read, and what it gives away. */
import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { CHROMIUM, startChromium } from '../../bench/chromium.ts';
import type { ScenarioWords } from '../../sim/scenario/scenario-words.ts';
import { type Served, serve } from './site.ts';

/** The capture that comes with the page. */
export const CAPTURE = 'p9-nvme-e1000e.arrow';

/** Behind the names of tests that cannot run; empty: they can. */
export const ABSENCE = CHROMIUM === undefined ? ' (skipped: no chromium here)' : '';

/** A page that is open, and what it complained of. */
export interface Opened {
  readonly page: Page;
  readonly complaints: string[];
}

interface View {
  readonly colorScheme?: 'light' | 'dark';
  readonly width?: number;
  /** Is done with the page before it loads anything. */
  readonly before?: (page: Page) => Promise<unknown>;
}

/** A browser, and the site that it looks at. */
export class Explored {
  private constructor(
    readonly browser: Browser,
    private readonly served: Served,
  ) {}

  static async start(): Promise<Explored> {
    return new Explored(await startChromium(), await serve());
  }

  /** Answers the exit code of `tcesim explore`. */
  async end(): Promise<number | null> {
    await this.browser.close();
    return this.served.stop();
  }

  /** The address of the page with a scenario, or what else stands behind its #. */
  addressOf(words: object | string): string {
    const text = typeof words === 'string' ? words : JSON.stringify(words);
    return `${this.served.address}#${encodeURIComponent(text)}`;
  }

  /** Opens the page with a scenario, or with the one that it begins with. */
  async open(words?: ScenarioWords | string, view: View = {}): Promise<Opened> {
    const { colorScheme = 'light', width = 1440, before } = view;
    const page = await this.browser.newPage({ colorScheme, viewport: { width, height: 900 } });
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      const { address } = this.served;
      const isOwn = request.url().startsWith(address) || /^(data|blob):/.test(request.url());
      if (!isOwn) complaints.push(`loads ${request.url()}`);
    });
    await before?.(page);
    await page.goto(words === undefined ? this.served.address : this.addressOf(words));
    await page.locator('html[data-ready]').waitFor();
    return { page, complaints };
  }

  /** Shows another scenario on a page that is open. */
  async show(page: Page, words: object | string): Promise<void> {
    await page.evaluate(`location.href = ${JSON.stringify(this.addressOf(words))}`);
  }
}

/** Resolves when the newest scenario is replayed. */
export function replayed(page: Page): Promise<void> {
  return page.locator('.results:not(.old) #state').getByText('replayed in').waitFor();
}

/** The line by which something is refused. */
export async function refusal(page: Page): Promise<string> {
  await page.getByRole('alert').waitFor();
  return page.getByRole('alert').innerText();
}

/** A figure above the parts. */
export function fact(page: Page, name: string): Promise<string> {
  return page.locator('#figures .fact').filter({ hasText: name }).locator('.value').innerText();
}

/** The scenario as the page shows it, a YAML file. */
export function scenarioOf(page: Page): Promise<string> {
  return page.locator('#scenario').innerText();
}

/** A file that a button gives. */
export async function download(page: Page, name: string): Promise<string> {
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name, exact: true }).click(),
  ]);
  return readFileSync(await file.path(), 'utf8');
}
