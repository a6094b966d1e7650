/** What tests keep of a page, and what axe-core finds in it. */
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import axe from 'axe-core';
import type { Page } from 'playwright-core';

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
