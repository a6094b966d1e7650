/**
 * `tcesim trace`: import logs, generate traffic, look into trace files and change their form. Data goes to
 * standard output, accounts and progress to standard error.
 */
import type { Command } from './program.ts';
import { exitOnSignals } from './stop-signals.ts';
import { addCat } from './trace/cat.ts';
import { addCut } from './trace/cut.ts';
import { addExport } from './trace/export.ts';
import { addGenerate } from './trace/generate.ts';
import { addImport } from './trace/import.ts';
import { addInfo } from './trace/info.ts';
import { addMerge } from './trace/merge.ts';

/** Adds `trace` with its verbs, a file each. */
export function addTraceCommand(program: Command): void {
  const trace = program
    .command('trace')
    .description('import, generate, inspect and convert traces')
    .hook('preAction', exitOnSignals);
  addImport(trace);
  addGenerate(trace);
  addInfo(trace);
  addCat(trace);
  addExport(trace);
  addCut(trace);
  addMerge(trace);
}
