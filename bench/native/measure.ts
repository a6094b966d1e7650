/** V8's budget as the command line has it, then the comparison. */
import { setCompilerBudget } from '../../sim/compiler-budget.ts';

setCompilerBudget();
await import('./comparison.ts');
