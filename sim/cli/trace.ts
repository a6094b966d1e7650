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

/** Gives the verb its own verbs, a file each. */
export function define(verb: Command): void {
  verb.hook('preAction', exitOnSignals);
  addImport(verb);
  addGenerate(verb);
  addInfo(verb);
  addCat(verb);
  addExport(verb);
  addCut(verb);
  addMerge(verb);
}
