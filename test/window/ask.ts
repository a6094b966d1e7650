/** Questions as the command line asks them, without the process. */
import { crossed, type Plan, planWindows } from '../../sim/window/plan.ts';
import { programOf } from '../../sim/window/program.ts';
import {
  type CircumstanceFlags,
  circumstancesOf,
  levelsOf,
  pageShiftsOf,
  sizesOf,
} from '../../sim/window/question.ts';
import { attemptRecord } from '../../sim/window/records.ts';

/** Flags of `window plan`; those left out are the command's defaults. */
export interface PlanWords extends Partial<CircumstanceFlags> {
  readonly window: string;
  readonly page?: string;
  readonly levels?: string;
  readonly policy?: string;
}

/** The host and the process of some flags. */
export function circumstances(words: Partial<CircumstanceFlags> = {}) {
  return circumstancesOf({
    kernel: '6.12-64k',
    // A file of free blocks says nothing of the machine's size; without one it is 64G.
    memlock: 'unlimited',
    registered: '0',
    ...words,
  });
}

/** The plan for some flags. */
export function plan({ window, page = '64K', levels = '1..5', policy, ...rest }: PlanWords): Plan {
  const host = circumstances(rest);
  return planWindows({
    circumstances: host,
    sizes: crossed(sizesOf(window, '--window'), pageShiftsOf(page)),
    levels: levelsOf(levels),
    program: policy === undefined ? undefined : programOf(policy, host),
  });
}

/** The lines of a plan as a program reads them. */
export function lines(words: PlanWords) {
  return plan(words).windows.flatMap(({ attempts }) => attempts.map(attemptRecord));
}

/** The only line of a plan. */
export function line(words: PlanWords) {
  const [first, ...others] = lines(words);
  if (others.length > 0) throw new RangeError('more than one line');
  return first;
}

/** The result of each level count. */
export function results(words: PlanWords) {
  return lines(words).map(({ result }) => result);
}

/** What a program did. */
export function programRun(words: PlanWords & { policy: string }) {
  const run = plan({ levels: '1', ...words }).windows[0].program;
  if (run === undefined) throw new RangeError('no program');
  return run;
}

/** The level counts that a program tried, in turn. */
export function triedLevels(words: PlanWords & { policy: string }): number[] {
  const { attempts } = programRun(words).outcome;
  return attempts.flatMap((each) => (each.call === 'CREATE' ? [each.levels] : []));
}
