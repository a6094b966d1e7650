/** A real Chromium for tests of pages; `apt-get install chromium` brings one. */
import { existsSync, mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import axe from 'axe-core';
import { chromium, type Page } from 'playwright-core';

const COMMANDS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

const { PATH = '' } = process.env;
const installed = PATH.split(delimiter).flatMap((folder) =>
  COMMANDS.map((name) => join(folder, name)),
);

/** Where it is; undefined where there is none, of a package or of Playwright's own. */
export const CHROMIUM: string | undefined = [...installed, chromium.executablePath()].find((path) =>
  existsSync(path),
);

/** Starts it. A container's user may be root, for whom it has no sandbox. */
export function startChromium() {
  return chromium.launch({ executablePath: CHROMIUM ?? '', args: ['--no-sandbox'] });
}

/** Where screenshots stay after a run of the tests. */
const SCREENSHOTS = fileURLToPath(new URL('../out/screenshots/', import.meta.url));

/** The file of a screenshot. */
export function screenshot(name: string): string {
  mkdirSync(SCREENSHOTS, { recursive: true });
  return `${SCREENSHOTS}${name}`;
}

/** Serious findings of axe-core, each with the first element that it is about. */
export async function seriousIn(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = (await page.evaluate('axe.run()')) as { violations: Violation[] };
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html}: ${nodes[0]?.failureSummary}`);
}

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { html: string; failureSummary: string }[];
}
