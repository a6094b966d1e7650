/** What `tcesim explore` serves and writes, without a browser. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { start, tcesim, workFolder } from '../cli/command.ts';
import { type Served, serve } from './site.ts';

const path = workFolder();
let served: Served;

beforeAll(async () => {
  served = await serve();
});

afterAll(() => served?.stop());

test('the page comes with what shared memory wants, and may load nothing from elsewhere', async () => {
  const { headers, status } = await fetch(served.address);
  expect(status).toBe(200);
  expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
  expect(headers.get('cross-origin-embedder-policy')).toBe('require-corp');
  const policy = headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/unsafe|https?:|\*/);
});

test('it is served to this machine alone', () => {
  expect(new URL(served.address).hostname).toBe('127.0.0.1');
});

test.each([
  ['no-such-file', 404],
  ['..%2fpackage.json', 404],
  ['explore/../../../package.json', 404],
  ['explore/engine.js?evaluation=1', 200],
])('%s is answered with %i', async (address, status) => {
  expect((await fetch(served.address + address)).status).toBe(status);
});

test('nothing can be sent there', async () => {
  const { status, headers } = await fetch(served.address, { method: 'POST', body: 'x' });
  expect([status, headers.get('allow')]).toEqual([405, 'GET, HEAD']);
});

test('HEAD tells the length and sends nothing', async () => {
  const response = await fetch(`${served.address}unit/tce-unit.js`, { method: 'HEAD' });
  expect(Number(response.headers.get('content-length'))).toBe(
    statSync('dist/sim/unit/tce-unit.js').size,
  );
  expect(await response.text()).toBe('');
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s ends it with %i', async (signal, code) => {
  const running = start(['explore']);
  await running.says('Ctrl-C');
  running.kill(signal);
  expect((await running.ended).code).toBe(code);
});

test('a port that is taken is refused by name', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const { code, stderr } = await tcesim('explore', '--port', `${port}`);
  server.close();
  expect([code, stderr]).toEqual([
    3,
    `tcesim: --port: expected a free port, got ${port}: somebody has it already\n`,
  ]);
});

test.each([
  [['--port', '0'], 3, "--port: expected 1..65535, got '0'"],
  [['--port', '007'], 3, "--port: expected 1..65535, got '007'"],
  [['--port', 'x'], 3, "--port: expected 1..65535, got 'x'"],
  [['--port', '80', '-o', 'x'], 2, 'explore: --port serves, -o writes: give one'],
  [['-o', ''], 3, "--output '': cannot be made a directory (ENOENT)"],
])('explore %j ends with %i', async (flags, wanted, words) => {
  const { code, stderr, stdout } = await tcesim('explore', ...flags);
  expect([code, stderr.split('\n')[0], stdout]).toEqual([wanted, `tcesim: ${words}`, '']);
});

test('the folder has the bytes that are served, and the headers beside them', async () => {
  const { code, stderr } = await tcesim('explore', '-o', path('site'));
  expect(code).toBe(0);
  expect(stderr).toContain(path('site/index.html'));
  const files = readdirSync(path('site'), { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(path(`site/${name}`)).isFile())
    .sort();
  expect(files).toEqual([
    '_headers',
    'explore/engine.js',
    'explore/explore.css',
    'explore/explore.js',
    'index.html',
    'isolate.js',
    'p9-nvme-e1000e.arrow',
    'page/page.css',
    'unit/tce-unit.js',
  ]);
  for (const name of files.filter((each) => each !== '_headers')) {
    const bytes = Buffer.from(await (await fetch(served.address + name)).arrayBuffer());
    expect([name, bytes.equals(readFileSync(path(`site/${name}`)))]).toEqual([name, true]);
  }
  expect(readFileSync(path('site/_headers'), 'utf8')).toMatch(
    /^\/\*\n {2}Cross-Origin-Opener-Policy: same-origin\n/,
  );
});

test('a file in the place of the folder stays what it is', async () => {
  writeFileSync(path('taken'), 'mine');
  const { code, stderr } = await tcesim('explore', '-o', path('taken'));
  expect([code, stderr.split('\n').length]).toEqual([3, 2]);
  expect(readFileSync(path('taken'), 'utf8')).toBe('mine');
  expect(existsSync(path('taken/index.html'))).toBe(false);
});

test('the page of somebody else stays what it is, one of ours is written anew', async () => {
  mkdirSync(path('theirs'));
  writeFileSync(path('theirs/index.html'), 'mine');
  const { code, stderr } = await tcesim('explore', '-o', path('theirs'));
  expect([code, stderr]).toEqual([
    3,
    `tcesim: --output: ${path('theirs/index.html')} is another page, which would be lost; name a new folder\n`,
  ]);
  expect(readdirSync(path('theirs'))).toEqual(['index.html']);
  expect(readFileSync(path('theirs/index.html'), 'utf8')).toBe('mine');
  for (let time = 0; time < 2; time += 1) {
    expect((await tcesim('explore', '-o', path('twice'))).code).toBe(0);
  }
});
