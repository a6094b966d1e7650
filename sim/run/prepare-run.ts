/** Opens what a scenario names: its trace, and a dump of tables. */
import type { DumpChoice, Scenario } from '../scenario/scenario.ts';
import type { Dump } from '../tables/dump.ts';
import { VERSION } from '../version.ts';
import { type Program, Run } from './run.ts';
import { refuseToReadTwice, traceOf } from './scenario-trace.ts';
import { Stopwatch } from './stopwatch.ts';

const NODE: Program = { version: VERSION, startWatch: () => new Stopwatch() };

/** The run of a scenario; `file` is that of the scenario, if it has one. Throws InputError. */
export async function prepareRun(scenario: Scenario, file?: string): Promise<Run> {
  const source = await traceOf(scenario, file ?? 'scenario');
  const tables = scenario.tables && (await readDump(scenario.tables));
  const run = new Run(NODE, scenario, source, file, tables);
  refuseToReadTwice(scenario, run.machine);
  return run;
}

/** Dumps bring packages along that take 10 to 40 ms to load. */
async function readDump({ file, dump }: DumpChoice): Promise<Dump> {
  const { Dump } = await import('../tables/dump.ts');
  return Dump.read(file, dump);
}
