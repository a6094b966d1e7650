/** Examples behind the help of commands that have no others: calls, and what each is for. */
import type { Command } from './program.ts';

type Example = readonly [call: string, purpose: string];

const WINDOW = '--window 64K:1T:levels=2 --map touched';

/** By the words of a command behind `tcesim`. */
const EXAMPLES: Readonly<Record<string, readonly Example[]>> = {
  run: [
    ['tcesim run --trace t.arrow', 'on the windows that the trace makes by itself'],
    [`tcesim run --trace t.arrow ${WINDOW}`, 'on a window of yours, the pages mapped that it uses'],
    [
      'tcesim run --trace t.arrow --phb phb5 --set tceCache.ways=8',
      'another PHB, a parameter of yours',
    ],
    ['tcesim run scenario.yaml -o out --report', 'all of it from a file; results and a page'],
    ['tcesim run --trace t.arrow --timeline t.json', 'cycle by cycle, for Perfetto'],
  ],
  walk: [
    [
      'tcesim walk --tve 0x0000002400004505 --memory words.txt --address 0x10000',
      'one translation, step by step',
    ],
    [
      'tcesim walk --tables dump.jsonl --pe 509 --address 0x10000 --write',
      'through the tables of a real machine',
    ],
    [
      'tcesim walk --check capture.jsonl',
      'every DMA of a capture again, and whether it ends where it did',
    ],
  ],
  window: [
    ['tcesim window plan --window 1T --page 64K --levels 1..3', 'what the kernel answers to each'],
    [
      'tcesim window advise --window 1T --buddyinfo /proc/buddyinfo',
      'which page and how many levels, on this host',
    ],
  ],
  vfio: [
    ['tcesim vfio script.vfio --why', 'each call, what it answers, and why'],
    [
      'tcesim vfio session.ioctls.txt --check',
      'a recorded session again, and whether the answers agree',
    ],
  ],
  schema: [
    ['tcesim schema scenario > scenario.schema.json', 'for an editor, or a validator'],
    ['tcesim schema result', 'every figure of results.json'],
  ],
  slurm: [
    [
      'tcesim slurm submit plan.yaml --array 16 --cpus-per-task 4 --time 2:00:00 -o study',
      'sixteen shards',
    ],
    ['tcesim slurm status study', 'how they do'],
    ['tcesim slurm collect study', 'waits, submits again what is missing, merges'],
  ],
  'slurm status': [
    ['tcesim slurm status study', 'each shard: points on the disk, state of its task'],
    ['tcesim slurm status study --format json', 'for a script'],
  ],
  'slurm collect': [
    ['tcesim slurm collect study', 'until all points are there'],
    [
      'tcesim slurm collect study --tries 10 --poll 60',
      'on a cluster that preempts, looking once a minute',
    ],
  ],
  trace: [
    ['tcesim trace import qemu.log -o t.arrow', 'a log of yours'],
    ['tcesim trace generate nvme -o t.arrow --requests 100K', 'synthetic traffic'],
    ['tcesim trace info t.arrow', 'what is in it'],
  ],
  'trace import': [
    ['tcesim trace import qemu.log -o t.arrow', 'the content says what it is'],
    [
      'tcesim trace import disk.blkparse -o t.arrow --option iova=strict',
      'mapped and unmapped for each I/O',
    ],
    ['zcat log.gz | tcesim trace import - -o -', 'from a pipe to a pipe'],
  ],
  'trace cut': [
    ['tcesim trace cut t.arrow --rows 1000 -o head.arrow', 'the first thousand rows'],
    [
      'tcesim trace cut t.arrow --start-ns 1000000 --rid 01:00.0 --keep-tables -o one.arrow',
      'one device from 1 ms on, on the tables that it had',
    ],
  ],
  'trace merge': [
    ['tcesim trace merge a.arrow b.arrow -o both.arrow', 'two devices of one PHB'],
    ['tcesim trace merge a.arrow b.arrow --separate-phbs -o both.arrow', 'of two'],
  ],
  'trace cat': [
    ['tcesim trace cat t.arrow --rows 20 --format table', 'the first rows, to be read'],
    ['tcesim trace cat t.arrow > t.csv', 'all of them, for a program'],
  ],
  'trace info': [
    ['tcesim trace info t.arrow', 'rows, rates, pages, reuse, devices'],
    ['tcesim trace info t.arrow --format json', 'for a script'],
  ],
  'trace export': [
    ['tcesim trace export t.arrow --format parquet -o t.parquet', 'for DuckDB, pandas, polars'],
    ['tcesim trace export t.arrow --format csv -o t.csv', 'which can be imported again'],
  ],
  'trace generate': [
    ['tcesim trace generate nvme -o t.arrow --requests 100K', 'a hundred thousand requests'],
    [
      'tcesim trace generate uniform -o - --window 16G | tcesim run --trace - --window 64K:16G --map all',
      'replayed as it comes',
    ],
  ],
};

/** A generator's own parameters stand in its help. */
const OF_GENERATOR = /^trace generate (\S+)$/;

/** Columns of a call behind which its purpose has room. */
const CALL_COLUMNS = 62;

/** Puts examples behind the help of a command and of those below it; `path` are its words behind `tcesim`. */
export function addExamples(command: Command, path: string): void {
  const examples = examplesOf(command, path);
  if (examples.length > 0) command.addHelpText('after', `\n${textOf(examples)}`);
  for (const each of command.commands) {
    if (each.name() !== 'help') addExamples(each, `${path} ${each.name()}`);
  }
}

function examplesOf(command: Command, path: string): readonly Example[] {
  const [, generator] = OF_GENERATOR.exec(path) ?? [];
  if (generator === undefined) return EXAMPLES[path] ?? [];
  // Those who can be told how a driver maps do so by themselves.
  const mapsByItself = command.options.some(({ long }) => long === '--iova');
  return [
    [`tcesim trace generate ${generator} -o t.arrow --requests 100K`, 'as it is by itself'],
    mapsByItself
      ? [
          'tcesim run --trace t.arrow --pace closed:32',
          'what that costs with the maps of its driver',
        ]
      : [`tcesim run --trace t.arrow ${WINDOW}`, 'and what it costs'],
  ];
}

function textOf(examples: readonly Example[]): string {
  const widest = Math.max(...examples.map(([call]) => call.length));
  const lines = examples.map(([call, purpose]) =>
    widest > CALL_COLUMNS ? `  ${call}\n      ${purpose}` : `  ${call.padEnd(widest)}   ${purpose}`,
  );
  return `Examples:\n${lines.join('\n')}`;
}
