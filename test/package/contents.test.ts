/** What is in the package: what its programs need and no more, of a form that every importer understands. */
import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, posix } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { describe, expect, test } from 'vitest';
import { workFolder } from '../cli/command.ts';
import { pack, ROOT } from './npm.ts';

const packed = pack(dirname(workFolder()('tarball')));
const text = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const manifest = JSON.parse(text('package.json'));
const programs = packed.files.filter((file) => /^dist\/.*\.js$/.test(file));

/** What a program imports, at once or later. */
function importsOf(file: string): string[] {
  const written =
    /^(?:import|export)\b[^'"\n]*["']([^"'\n]+)["'];$|(?:=>|await) import\("([^"]+)"\)/gm;
  return [...text(file).matchAll(written)].map(([, early, late]) => early ?? late);
}

describe('the size', () => {
  const found = /\*\*([\d.]+) MB\*\* packed and\s+\*\*([\d.]+) MB\*\*\s+unpacked/.exec(
    text('README.md'),
  );
  const [packedMax, unpackedMax] = (found ?? []).slice(1).map((text) => Number(text) * 1e6);

  test('is what the README says at the most, and the README does not say much more', () => {
    expect(packed.packedBytes).toBeLessThanOrEqual(packedMax);
    expect(packed.packedBytes).toBeGreaterThan(packedMax * 0.8);
    expect(packed.unpackedBytes).toBeLessThanOrEqual(unpackedMax);
    expect(packed.unpackedBytes).toBeGreaterThan(unpackedMax * 0.8);
  });

  test('has limits that no README moves', () => {
    expect(packed.packedBytes).toBeLessThan(2.5e6);
    expect(packed.unpackedBytes).toBeLessThan(15e6);
    expect(packed.files.length).toBeLessThan(350);
  });
});

describe('the files', () => {
  test('are what the programs import, and these need one package', () => {
    const imports = programs.flatMap((file) => importsOf(file).map((name) => ({ file, name })));
    const isPackage = (name: string) => !name.startsWith('.') && !isBuiltin(name);
    const packages = imports.map(({ name }) => name).filter(isPackage);
    expect(new Set(packages)).toEqual(new Set(['piscina']));
    expect(Object.keys(manifest.dependencies)).toEqual(['piscina']);
    expect(text('README.md')).toMatch(/\bone dependency,\s+piscina,/);
    const inside = imports.filter(({ name }) => name.startsWith('.'));
    expect(inside.length).toBeGreaterThan(300);
    for (const { file, name } of inside) {
      expect(packed.files).toContain(posix.join(posix.dirname(file), name));
    }
  });

  test.each([
    'dist/sim/replay/lane.js',
    'dist/sim/replay/slice-lane.js',
    'dist/sim/replay/solo-lane.js',
    'dist/sim/study/point-lane.js',
    'dist/sim/unit/tce-unit.js',
    'dist/sim/page/page.js',
    'dist/sim/page/page.css',
    'dist/sim/licences.txt',
    'docs/studies/canonical.yaml',
    'traces/samples/p9-nvme-e1000e.arrow',
    'LICENSE',
  ])('have %s, which nothing imports', (file) => {
    expect(packed.files).toContain(file);
  });

  test('have no maps, no tests and no benchmarks', () => {
    const unwanted = /\.map$|\.tsbuildinfo$|(^|\/)(test|bench)\/|\.ts$/;
    const declarations = /^dist\/sim\/types\/.*\.d\.ts$/;
    const found = packed.files.filter((file) => unwanted.test(file) && !declarations.test(file));
    expect(found).toEqual([]);
  });

  test('name the licence of every package that is inside', () => {
    const licences = text('dist/sim/licences.txt');
    for (const name of ['apache-arrow', 'commander', 'seedrandom', 'yaml', 'zod']) {
      expect(licences).toMatch(new RegExp(`^=== ${name} \\d`, 'm'));
    }
  });
});

test('publint has nothing to say', async () => {
  const { messages } = await publint({ pkgDir: ROOT, level: 'suggestion', strict: true });
  expect(messages).toEqual([]);
});

test('the types are right for everybody who can read an ES module', async () => {
  const tarball = createPackageFromTarballData(readFileSync(packed.tarball));
  const { types, problems } = (await checkPackage(tarball)) as {
    types: unknown;
    problems: { kind: string; resolutionKind?: string }[];
  };
  expect(types).toEqual({ kind: 'included' });
  // Node 10 knows no exports; TypeScript for CommonJS does not know that Node 20.19 can require ES modules.
  expect(problems.map(({ kind, resolutionKind }) => `${kind} ${resolutionKind}`).sort()).toEqual([
    'CJSResolvesToESM node16-cjs',
    'NoResolution node10',
  ]);
});
