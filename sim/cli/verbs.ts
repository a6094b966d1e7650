/** The verbs of the command line. Each stands in a module that is loaded where the verb is called. */
import { addExamples } from './examples.ts';
import type { Command } from './program.ts';

interface Verb {
  readonly name: string;
  /** Its line in the help. */
  readonly description: string;
  /** The module that gives the verb its options and its work. */
  readonly load: () => Promise<{ define(verb: Command, program: Command): void }>;
  /** Whether its work is to tell of all verbs. */
  readonly tellsOfAll?: true;
}

/** In the order of the help. */
const VERBS: readonly Verb[] = [
  {
    name: 'run',
    description: 'replay a trace through the TCE unit of a PHB and report',
    load: () => import('./run.ts'),
  },
  {
    name: 'sweep',
    description: 'a study: replay all combinations of parameters, and say how many levels are best',
    load: () => import('./sweep.ts'),
  },
  {
    name: 'merge',
    description: 'put the shards of a study together',
    load: () => import('./merge.ts'),
  },
  {
    name: 'compare',
    description: 'what moved between two results, and whether thresholds hold',
    load: () => import('./compare.ts'),
  },
  {
    name: 'report',
    description: 'a run or a study as one HTML page',
    load: () => import('./report.ts'),
  },
  {
    name: 'explore',
    description: 'the simulator in a browser: turn what a PHB and its windows have, and watch',
    load: () => import('./explore.ts'),
  },
  {
    name: 'slurm',
    description: 'a study on a cluster: submit its shards, see how they do, collect',
    load: () => import('./slurm.ts'),
  },
  {
    name: 'trace',
    description: 'import, generate, inspect and convert traces',
    load: () => import('./trace.ts'),
  },
  {
    name: 'walk',
    description: 'explain one translation, or check the walk against a capture',
    load: () => import('./walk.ts'),
  },
  {
    name: 'window',
    description: 'will a DMA window be created on a host, with how many levels, at what cost?',
    load: () => import('./window.ts'),
  },
  {
    name: 'buddy',
    description:
      'free memory of a host from /proc/buddyinfo: indices, and which TCE tables it can hold',
    load: () => import('./buddy.ts'),
  },
  {
    name: 'vfio',
    description: 'perform a script of VFIO calls on a simulated kernel',
    load: () => import('./vfio.ts'),
  },
  {
    name: 'validate',
    description: 'published measurements beside simulated ones',
    load: () => import('./validate.ts'),
  },
  {
    name: 'check',
    description:
      'whether scenarios, plans, scripts and traces can be used, before time is spent on them',
    load: () => import('./check.ts'),
  },
  {
    name: 'list',
    description:
      'what can be named: PHBs, firmware, kernels, parameters for --set, formats; what words mean',
    load: () => import('./list.ts'),
  },
  {
    name: 'explain',
    description:
      'all about one name: a word of a report, a parameter with its origin, a figure, a rule of timing',
    load: () => import('./explain.ts'),
  },
  {
    name: 'schema',
    description: 'print a JSON schema: of results, scenario files, studies and their plans',
    load: () => import('./schema.ts'),
  },
  {
    name: 'completion',
    description: 'a script that lets bash, zsh or fish complete commands and parameters',
    load: () => import('./completion.ts'),
    tellsOfAll: true,
  },
  {
    name: 'man',
    description: 'a manual page, of tcesim or of one command',
    load: () => import('./man.ts'),
    tellsOfAll: true,
  },
];

/**
 * Adds all verbs, and loads those that the words of a call name: one, or none for `--help`; and all where one is
 * named that tells of all.
 */
export async function addVerbs(program: Command, words: readonly string[]): Promise<void> {
  const wantsAll = VERBS.some(({ name, tellsOfAll }) => tellsOfAll && words.includes(name));
  for (const { name, description, load } of VERBS) {
    const verb = program.command(name).description(description);
    if (!wantsAll && !words.includes(name)) continue;
    (await load()).define(verb, program);
    addExamples(verb, name);
  }
}
