/** Imports point one way, without a circle, types included; one outside package has one door. */
const folder = (name) => `^${name}/`;

/** Each outside package and the only file of the product that may import it. */
const DOORS = {
  'apache-arrow': 'traces/arrow/arrow.ts',
  'cli-table3': 'sim/report/render-text.ts',
  commander: 'sim/cli/program.ts',
  'fastest-levenshtein': 'traces/nearest.ts',
  'hyparquet-writer': 'traces/export/hyparquet.ts',
  fflate: 'traces/compression/gzip.ts',
  fzstd: 'traces/compression/zstd.ts',
  piscina: 'sim/replay/pool.ts',
  seedrandom: 'traces/random.ts',
  yaml: 'sim/yaml-file.ts',
  zod: 'sim/zod.ts',
};

const doors = Object.entries(DOORS).map(([name, door]) => ({
  name: `${name}-has-one-door`,
  severity: 'error',
  from: { path: '^(models|traces|sim)/', pathNot: `^${door.replaceAll('.', '\\.')}$` },
  to: { path: `node_modules/${name}/` },
}));

module.exports = {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'models-import-models',
      severity: 'error',
      from: { path: folder('models') },
      to: { path: '^(traces|sim|bench|test)/|node_modules' },
    },
    {
      name: 'traces-import-models',
      severity: 'error',
      from: { path: folder('traces') },
      to: { path: '^(sim|bench|test)/' },
    },
    {
      name: 'sim-imports-models-and-traces',
      severity: 'error',
      from: { path: folder('sim') },
      to: { path: '^(bench|test)/' },
    },
    {
      name: 'the-unit-knows-no-replay',
      severity: 'error',
      from: { path: '^sim/unit/' },
      to: { path: '^sim/(replay|results|scenario|report|walk|cli)/' },
    },
    {
      name: 'replay-knows-no-result',
      severity: 'error',
      from: { path: '^sim/replay/' },
      to: { path: '^sim/(results|scenario|report|walk|cli)/' },
    },
    {
      name: 'nothing-imports-the-command-line',
      severity: 'error',
      from: { pathNot: '^sim/cli/' },
      to: { path: '^sim/cli/' },
    },
    {
      name: 'the-page-knows-plain-data',
      severity: 'error',
      from: { path: '^sim/page/' },
      to: {
        pathNot:
          '^(sim/page/|sim/report/html/page-data\\.ts$|sim/report/(document|numbers)\\.ts$|models/)',
      },
    },
    {
      name: 'nothing-but-explore-imports-the-page',
      severity: 'error',
      from: { path: '^(models|traces|sim|bench)/', pathNot: '^sim/(page|explore)/' },
      to: { path: '^sim/page/' },
    },
    {
      name: 'nothing-imports-explore',
      severity: 'error',
      from: { path: '^(models|traces|sim|bench)/', pathNot: '^sim/explore/' },
      to: { path: '^sim/explore/' },
    },
    ...doors,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
  },
};
