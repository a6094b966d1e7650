#!/usr/bin/env node
/** The program: V8's budget first, then the command line. */
import { setCompilerBudget } from '../compiler-budget.ts';

setCompilerBudget();
await import('./command-line.ts');
