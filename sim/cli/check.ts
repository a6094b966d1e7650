/** `tcesim check`: whether files can be used, and what they are, before time is spent on them. Nothing is simulated. */
import { InputError } from '../../models/input-error.ts';
import type { TraceSource } from '../../traces/format.ts';
import { MALFORMED } from '../../traces/import/import.ts';
import { openTrace } from '../../traces/open.ts';
import { formatCountOf } from '../report/numbers.ts';
import { readTextFile } from '../text-file.ts';
import { EXIT_INPUT } from './exit-codes.ts';
import type { Command } from './program.ts';

const EXAMPLES = `
A YAML file that varies something is a plan, another one a scenario; *.vfio and *.ioctls.txt are scripts of VFIO calls; all
else is read as a trace or a log, to its end.

Examples:
  tcesim check docs/examples/*.yaml docs/studies/*.yaml
  tcesim check mine.yaml && tcesim run mine.yaml`;

const YAML = /\.(ya?ml|json)$/i;
const SCRIPT = /(\.vfio|\.ioctls\.txt)$/i;
/** A key that only plans have. */
const PLAN_KEY = /^[\s{]*["']?vary["']?\s*:/m;
/** No plan or scenario comes near. */
const YAML_BYTES_MAX = 2 ** 20;

/** Gives the verb its work. */
export function define(verb: Command): void {
  verb
    .argument('<files...>', 'scenarios, plans, scripts, traces, logs')
    .addHelpText('after', EXAMPLES)
    .action(checkAll);
}

/** A line for each file that is good, and one for each that is not; exit code 3 where there is one of these. */
async function checkAll(files: readonly string[]): Promise<void> {
  for (const file of files) {
    try {
      process.stdout.write(`${file}: ${await checked(file)}\n`);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      const { message } = error;
      process.stderr.write(`tcesim: ${message.includes(file) ? '' : `${file}: `}${message}\n`);
      process.exitCode = EXIT_INPUT;
    }
  }
}

/** What a file is, in words. Throws InputError on one that cannot be used. */
async function checked(file: string): Promise<string> {
  if (SCRIPT.test(file)) return scriptWords(file);
  if (!YAML.test(file)) return `trace, ${await rowsOf(await openTrace(file))}`;
  const text = readTextFile(file, YAML_BYTES_MAX);
  return PLAN_KEY.test(text) ? planWords(file) : scenarioWords(file);
}

async function scriptWords(file: string): Promise<string> {
  const { readScript } = await import('../vfio/run-script.ts');
  const calls = readScript(file).lines.filter(({ call }) => call !== undefined).length;
  return `script of ${formatCountOf(calls, 'VFIO call')}`;
}

async function planWords(file: string): Promise<string> {
  const { readPlan } = await import('../study/plan-file.ts');
  const { checkedPlan } = await import('../study/plan-check.ts');
  const { plan, points } = checkedPlan(readPlan(file));
  const varied = plan.axes.filter(({ values }) => values.length > 1).map(({ name }) => name);
  return `plan of ${formatCountOf(points.length, 'point')}${varied.length > 0 ? `: ${varied.join(', ')}` : ''}`;
}

async function scenarioWords(file: string): Promise<string> {
  const { readScenario } = await import('../scenario/scenario-file.ts');
  const scenario = readScenario(file);
  const hasTrace = [scenario.trace, scenario.rows, scenario.generate].some(Boolean);
  if (!hasTrace) {
    const { resolveScenario } = await import('../scenario/scenario.ts');
    const { placed } = await import('../run/place.ts');
    const { spec } = placed(file, () => resolveScenario(scenario, 'order'));
    return `scenario of a ${spec.title}, without a trace`;
  }
  const { prepareRun } = await import('../run/prepare-run.ts');
  const { trace, title } = await prepareRun(scenario, file);
  return `scenario of a ${title}: ${await rowsOf(trace)}`;
}

/** Reads a trace to its end: what cannot be read of it throws, or is counted. */
async function rowsOf(trace: TraceSource): Promise<string> {
  let rows = 0;
  for await (const batch of trace.batches()) rows += batch.rows;
  const malformed = trace.skipped.counts.get(MALFORMED) ?? 0;
  const rest = malformed === 0 ? '' : `; ${formatCountOf(malformed, 'line')} cannot be read`;
  return `${formatCountOf(rows, 'row')}${rest}`;
}
