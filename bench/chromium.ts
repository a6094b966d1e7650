/** A real Chromium, for tests and for timing pages; `apt-get install chromium` brings one. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';

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
