/** What a VFIO call answers: success with its outputs, or a refusal that says why in words. */
import type { LevelFailure } from '../table/level-tree.ts';
import { type ErrnoName, errnoName, returnCode } from './errno.ts';

/** A call that did not do what was asked. */
export interface Refusal {
  /** As the process sees it: a negative error number, or +1 for a misaligned bus address. */
  readonly rc: number;
  readonly errno: ErrnoName | undefined;
  readonly reason: string;
  /** The block that could not be had, for ENOMEM of a table level. */
  readonly allocation?: LevelFailure;
}

/** Success with the outputs of the call, or a refusal. */
export type CallResult<Outputs extends object = object> = ({ readonly rc: 0 } & Outputs) | Refusal;

/** A refusal with an error number. */
export function refuse(errno: ErrnoName, reason: string): Refusal {
  return { rc: returnCode(errno), errno, reason };
}

/** A refusal with a return code that came from elsewhere, firmware or a quirk of the kernel. */
export function refuseWithCode(rc: number, reason: string): Refusal {
  return { rc, errno: errnoName(rc), reason };
}

/** Whether a call, or a step of one, was refused. */
export function isRefusal(answer: object): answer is Refusal {
  return 'rc' in answer && answer.rc !== 0;
}
