/** `npm run bench`: V8's budget as the command line has it, then the suite. */
import { setCompilerBudget } from '../sim/compiler-budget.ts';

setCompilerBudget();
await import('./suite.ts');
