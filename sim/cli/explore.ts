/** `tcesim explore`: the simulator as a page of a browser, served from this machine or written as a folder. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { InputError } from '../../models/input-error.ts';
import { isPageOfSite, SITE_HEADERS, type SiteFile, siteFiles } from '../serve/site.ts';
import { SiteServer } from '../serve/site-server.ts';
import { makeDirectory, writeWhole } from './output-directory.ts';
import type { Command } from './program.ts';
import { StopSignals } from './stop-signals.ts';
import { UsageError } from './usage-error.ts';

const PORT_MAX = 65_535;
/** Where Netlify, Cloudflare Pages and others look for headers. */
const HEADERS_FILE = '_headers';

const HELP = `
The page simulates by itself, with the same engine and to the same bytes as \`tcesim run\`; nothing leaves the browser.
It replays up to a million DMAs, of a generator, of a capture that comes with it, or of an Arrow trace of yours.

Examples:
  tcesim explore               serves it on this machine until Ctrl-C, and prints its address
  tcesim explore --port 8080   there and nowhere else
  tcesim explore -o public     writes it as a folder for any web server`;

/** Gives the verb its options and its work. */
export function define(verb: Command): void {
  verb
    .option('--port <n>', 'port on 127.0.0.1 (any that is free)')
    .option('-o, --output <dir>', 'write the page as a folder, and serve nothing')
    .addHelpText('after', HELP)
    .action(explore);
}

async function explore({ port, output }: { port?: string; output?: string }): Promise<void> {
  if (output === undefined) return serve(port === undefined ? 0 : parsePort(port));
  if (port !== undefined) throw new UsageError('explore: --port serves, -o writes: give one');
  writeFolder(output, siteFiles());
}

/** Serves the page until a signal comes. */
async function serve(port: number): Promise<void> {
  const signals = new StopSignals('the page is no longer served');
  const server = await SiteServer.start(siteFiles(), port);
  process.stdout.write(`${server.address}\n`);
  process.stderr.write('Ctrl-C ends it.\n');
  await new Promise((resolve) => signals.signal.addEventListener('abort', resolve));
  server.close();
  signals.finish();
}

/** The page itself comes last: where it is, all is there. */
function writeFolder(folder: string, [page, ...others]: readonly SiteFile[]): void {
  makeDirectory(folder, '--output');
  refuseOtherPage(join(folder, page.address));
  for (const { address, bytes } of [...others, page]) {
    const path = join(folder, address);
    makeDirectory(dirname(path), '--output');
    writeWhole(path, bytes);
  }
  const headers = Object.entries(SITE_HEADERS).map(([name, value]) => `  ${name}: ${value}\n`);
  writeWhole(join(folder, HEADERS_FILE), `/*\n${headers.join('')}`);
  process.stderr.write(
    `${join(folder, page.address)}\nServe it over https, or on the machine of the browser; ${HEADERS_FILE} has the headers that it wants.\n`,
  );
}

/** Whose page stands there keeps it. */
function refuseOtherPage(path: string): void {
  if (!existsSync(path) || isPageOfSite(readFileSync(path, 'utf8'))) return;
  throw new InputError(`--output: ${path} is another page, which would be lost; name a new folder`);
}

function parsePort(text: string): number {
  const port = Number(text);
  if (/^[1-9]\d*$/.test(text) && port >= 1 && port <= PORT_MAX) return port;
  throw new InputError(`--port: expected 1..${PORT_MAX}, got '${text}'`);
}
