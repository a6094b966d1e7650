/** The package installed in an empty folder, from its tarball and without a network. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { workFolder } from '../cli/command.ts';
import { npm, pack, ROOT } from './npm.ts';

const path = workFolder();
const folder = path('');

beforeAll(() => {
  const { tarball } = pack(folder);
  writeFileSync(path('package.json'), '{"type":"module","private":true}');
  // The one dependency comes from the project, so that nobody asks a registry.
  const piscina = join(ROOT, 'node_modules', 'piscina');
  npm(folder, 'install', '--omit=optional', '--install-links', tarball, piscina);
});

function node(...args: string[]): string {
  return execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
}

function npx(...args: string[]): string {
  const words = ['--offline', 'tcesim', ...args];
  return execFileSync('npx', words, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
}

test('npx runs the command line', () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  expect(npx('--version').trim()).toBe(version);
  const samples = 'node_modules/tcesim/traces/samples';
  const run = npx('run', '--trace', `${samples}/p9-nvme-e1000e.arrow`, '--threads', '1');
  expect(run).toContain('260,628');
  const logged = npx('run', '--trace', `${samples}/p9-fio.qemu.log`, '-o', 'out', '--report');
  expect(logged).toContain('import:qemu-log');
  const study = npx('sweep', '--levels', '1,2', '--window', '2G', '--requests', '100');
  expect(study).toContain('Verdict');
});

const PROGRAM = `
  const rows = [{ time_ns: 0, op: 'read', rid: '01:00.0', address: 0, length: 64 }];
  const scenario = { rows, windows: ['64K:1G'], map: 'touched' };
  const seen = [];
  (async () => {
    seen.push((await replay(scenario)).latency.max);
    for await (const { latencyNs } of replayRequests(scenario)) seen.push(latencyNs);
    for await (const { replay } of sweep({ requests: 100, vary: { window: '2G' } })) seen.push(replay.requests);
    await replay({ rows: [{}] }).catch((error) => seen.push(error instanceof InputError));
    console.log(JSON.stringify(seen));
  })();
`;
const NAMES = '{ InputError, replay, replayRequests, sweep }';

test.each([
  ['imports it', '--input-type=module', `import ${NAMES} from 'tcesim';`],
  ['requires it', '--input-type=commonjs', `const ${NAMES} = require('tcesim');`],
])('a program %s', (_, type, head) => {
  const [latency, ...rest] = JSON.parse(
    node('--no-warnings', type, '--eval', `${head}\n${PROGRAM}`),
  );
  expect(latency).toBeGreaterThan(300);
  expect(rest).toEqual([latency, 100, true]);
});

test('a program in TypeScript has types, without those of any other package', () => {
  writeFileSync(path('program.ts'), TYPED);
  const options = { noEmit: true, strict: true, exactOptionalPropertyTypes: true, types: [] };
  const compilerOptions = { ...options, module: 'nodenext', target: 'es2022', skipLibCheck: false };
  const lib = ['es2023', 'dom'];
  const config = { compilerOptions: { ...compilerOptions, lib }, files: ['program.ts'] };
  writeFileSync(path('tsconfig.json'), JSON.stringify(config));
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  expect(node(tsc, '-p', '.')).toBe('');
});

const TYPED = `
import { createHost, createPhb, listPhbs, replay, replayRequests, sweep } from 'tcesim';
import { InputError, type RequestAnswer, type Result } from 'tcesim';
const rows = [{ time_ns: 0, op: 'read', rid: '01:00.0', address: 0n, length: 64 }] as const;
const set = { tceCache: { ways: 8 }, 'tags.count': 32 };
const result: Result = await replay({ rows, windows: ['64K:1G'], map: 'touched', set });
const p99: number = result.latency.p99;
const requests = replayRequests({ generate: { generator: 'ring', set: { requests: 10 } } });
for await (const request of requests) {
  const answer: RequestAnswer = request;
  const walk: number = answer.partsNs.walk;
  if (answer.outcome === 'hit' && answer.isHit && answer.address > 0n) walk.toFixed();
  // @ts-expect-error there is no such outcome
  if (answer.outcome === 'hot') p99.toFixed();
}
const again: Result | undefined = requests.result;
const index: string = createPhb('phb4').walk({ address: 1n, tve: '0x0' }).reads[0].index;
const inputs = { page_shift: 16, window_size: '1T', levels: 2 };
const { rc } = createHost({ ram: '16G' }).call('CREATE', inputs).results;
// @ts-expect-error there is no such call
createHost().call('CRATE');
// @ts-expect-error there is no such key
replay({ trce: 'a' });
for await (const { replay, values } of sweep({ vary: { levels: [1, 2] } })) {
  const latency: number | undefined = replay?.latency.p99;
  const levels: string = values.levels;
  if (latency !== undefined) levels.trim();
}
try {
  listPhbs()[0].name.trim();
} catch (error) {
  if (error instanceof InputError) error.message.trim();
}
export { again, index, rc };
`;
