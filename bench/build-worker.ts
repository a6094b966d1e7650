/** V8's budget as the command line has it, then the cases of this build. */
import { setCompilerBudget } from '../sim/compiler-budget.ts';

setCompilerBudget();
await import('./build-cases.ts');
