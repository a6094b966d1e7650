/**
 * What an administrator, or a program written from the documentation, does: remove the default window
 * or not, ask for the level count that the documentation suggests, and raise it when that is refused.
 */
import { isRefusal } from '../kernel/call-result.ts';
import { type CallRecorder, type PolicyOutcome, type Wish, windowsOf } from './policy.ts';
import { strerror } from './strerror.ts';

/** How the administrator goes about it. */
export interface AdministratorPlan {
  /** Leaves the default window, which comes into being with the first CREATE. */
  readonly keepsDefault: boolean;
  /** The level count to begin with. */
  readonly levels: number;
}

/** Makes the window wherever it lands. */
export function administrator(
  calls: CallRecorder,
  wish: Wish,
  plan: AdministratorPlan,
): PolicyOutcome {
  const info = calls.getInfo();
  if (isRefusal(info)) return calls.gaveUp(`GET_INFO: ${strerror(info)}`);
  if (!plan.keepsDefault) {
    const removed = calls.remove(info.dma32Start);
    if (isRefusal(removed)) return calls.gaveUp(`REMOVE: ${strerror(removed)}`);
  }
  const { levelsMax } = windowsOf(info);
  const { windowBytes, pageShift } = wish;
  let { levels } = plan;
  for (;;) {
    const result = calls.create({ windowBytes, pageShift, levels });
    if (!isRefusal(result)) {
      return calls.granted({ windowBytes, pageShift, levels, startAddress: result.startAddress });
    }
    if (levels >= levelsMax) return calls.gaveUp(`CREATE: ${strerror(result)}`);
    levels += 1;
  }
}
