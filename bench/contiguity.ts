/**
 * `npm run bench:contiguity`: asks seeded hosts for the blocks of TCE tables and writes the tables of
 * docs/contiguity.md, or to standard output with --stdout. Two kernels, four kinds of host, 1000 hosts each:
 * about ten minutes on one core.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { formatSize } from '../models/size.ts';
import { askHosts, HOST_KINDS, type StudyPlan } from './contiguity-study.ts';
import { kindsInWords, studyTables } from './contiguity-tables.ts';

const PAGE = 'docs/contiguity.md';
const BEGIN = '<!-- npm run bench:contiguity writes from here -->';
const END = '<!-- to here -->';
const KERNEL_PAGE_SHIFTS = [16, 12];
const REPORT_EVERY = 100;

const { values } = parseArgs({
  options: {
    hosts: { type: 'string', default: '1000' },
    seed: { type: 'string', default: 'contiguity' },
    stdout: { type: 'boolean', default: false },
  },
});

const hosts = Number(values.hosts);
if (!Number.isInteger(hosts) || hosts < 1) {
  throw new Error(`--hosts: expected a whole number from 1, got '${values.hosts}'`);
}

const plan: StudyPlan = {
  seed: values.seed,
  hosts,
  waitingEvery: 10,
  nodeBytes: 2 ** 35,
};

const answers = KERNEL_PAGE_SHIFTS.map((shift) =>
  HOST_KINDS.map((kind) => {
    let done = 0;
    return askHosts(kind, shift, plan, () => {
      done += 1;
      if (done % REPORT_EVERY === 0) {
        process.stderr.write(`${formatSize(2 ** shift)} kernel, ${kind.name}: ${done} hosts\n`);
      }
    });
  }),
);

const made = `Made by \`npm run bench:contiguity -- --hosts ${plan.hosts} --seed ${plan.seed}\` with Node ${process.version}; a node of ${formatSize(plan.nodeBytes)} a host.`;
const text = [made, kindsInWords(), studyTables(plan, answers)].join('\n\n');
if (values.stdout) process.stdout.write(`${text}\n`);
else writeFileSync(PAGE, withTables(readFileSync(PAGE, 'utf8'), text));

/** The page with new tables between its markers. */
function withTables(page: string, tables: string): string {
  const from = page.indexOf(BEGIN);
  const to = page.indexOf(END);
  if (from < 0 || to < from) throw new Error(`${PAGE}: expected '${BEGIN}' before '${END}'`);
  return `${page.slice(0, from + BEGIN.length)}\n\n${tables}\n\n${page.slice(to)}`;
}
