/**
 * What the build bundles. The unit and the workers, each with all that it imports, because V8 (Node 20 to 24)
 * reads an imported binding from memory and checks it each time, where it writes a module's own constants
 * into compiled code: hits take 0.72 of the time, misses of two levels 0.5 to 0.75. And the command line and the
 * library with their packages, a chunk for each verb and what they share, because Node takes 0.5 ms for each file;
 * with the types of the library. And the code of the report's pages, which runs in a browser, with the style beside it.
 */
import { readFileSync, rmSync } from 'node:fs';
import { defineConfig, type Plugin, type RolldownOptions } from 'rolldown';
import { licences } from './.build/licences.ts';
import { publishedTypes } from './.build/types.ts';

/** These have files of their own beside their modules: a worker, native code. */
const OUTSIDE = /^(node:|piscina$)/;

const common: RolldownOptions = { platform: 'node', external: OUTSIDE, tsconfig: 'tsconfig.json' };

/**
 * Makes the functions of a bundle constants, which nothing can call before their place in it. What is declared
 * could be assigned: V8 compares it at each call with the function that it compiled in, and hits take 1.05 times
 * as long (Node 20, in pairs).
 */
const constantFunctions: Plugin = {
  name: 'constant-functions',
  renderChunk: (code) => ({
    code: code.replace(/^function (\w+)(\(.*?^\})$/gms, 'const $1 = function$2;'),
    map: null,
  }),
};

/** The styles of the pages, in the order in which one sheet goes over another. */
const STYLES = {
  page: ['colours', 'page', 'tables', 'controls', 'figures', 'walk', 'heat', 'media'],
  explore: ['panel', 'results'],
};

/** Puts the style of a folder's pages beside their code. */
function styleOf(folder: keyof typeof STYLES): Plugin {
  return {
    name: 'style',
    buildStart() {
      const sheets = STYLES[folder].map((name) =>
        readFileSync(`sim/${folder}/style/${name}.css`, 'utf8'),
      );
      this.emitFile({ type: 'asset', fileName: `${folder}.css`, source: sheets.join('') });
    },
  };
}

/** Empties the folders whose files have names that the code decides: the package has all that is in them. */
const freshFolders: Plugin = {
  name: 'fresh-folders',
  buildStart() {
    for (const name of ['chunks', 'types'])
      rmSync(`dist/sim/${name}`, { recursive: true, force: true });
  },
};

export default defineConfig([
  // Browsers take this file, too: seedrandom asks Node for chance unless it is told that it is in one.
  { ...bundleOf('sim/unit/tce-unit', constantFunctions), platform: 'browser' },
  bundleOf('sim/replay/lane'),
  bundleOf('sim/replay/phb-replay'),
  bundleOf('sim/replay/slice-lane'),
  bundleOf('sim/replay/solo-lane'),
  bundleOf('sim/study/point-lane'),
  {
    ...common,
    plugins: [freshFolders, publishedTypes, licences],
    // Both lie in folders of their own: what looks for its neighbours does so from a chunk or from there.
    input: { 'cli/main': 'sim/cli/main.ts', 'library/tcesim': 'sim/index.ts' },
    output: { dir: 'dist/sim', chunkFileNames: 'chunks/[name].js', sourcemap: true },
  },
  browserBundle('page', { page: 'main' }, 'iife', styleOf('page')),
  browserBundle('explore', { explore: 'main' }, 'esm', styleOf('explore')),
  browserBundle('explore', { engine: 'engine/engine' }, 'esm'),
  browserBundle('explore', { isolate: 'isolate' }, 'iife'),
]);

/** A program for browsers, which have nothing of Node: a bundle that wants some of it is none. */
function browserBundle(
  folder: 'page' | 'explore',
  modules: Record<string, string>,
  format: 'iife' | 'esm',
  ...plugins: Plugin[]
): RolldownOptions {
  const input = Object.entries(modules).map(([name, module]) => [
    name,
    `sim/${folder}/${module}.ts`,
  ]);
  return {
    platform: 'browser',
    tsconfig: `sim/${folder}/tsconfig.json`,
    onLog: (_level, { message }) => {
      throw new Error(message);
    },
    plugins,
    input: Object.fromEntries(input),
    output: { dir: `dist/sim/${folder}`, entryFileNames: '[name].js', format, minify: true },
  };
}

/** A module as one file of the build, in the place of what the compiler put there. */
function bundleOf(name: string, ...plugins: Plugin[]): RolldownOptions {
  return {
    ...common,
    plugins,
    input: `${name}.ts`,
    output: { file: `dist/${name}.js`, sourcemap: true, codeSplitting: false },
  };
}
