/** Lets a call in, or turns it away: the checks of calls.ts against the state of one container. */
import { type Refusal, refuse } from '../call-result.ts';
import type { Process } from '../process.ts';
import {
  CALLS,
  type CallName,
  type CallRule,
  CHECK_ERRNO,
  type Check,
  type ContainerType,
  type Frame,
} from './calls.ts';

/** What the checks look at besides the call itself. */
export interface AdmissionState {
  readonly type: ContainerType;
  /** Whether this kernel remembers whose a container is. */
  readonly checksOwner: boolean;
  readonly isEnabled: boolean;
  readonly groups: number;
}

export class Admission {
  private readonly opener: Process;
  private owner: Process | undefined;

  /** `opener` makes the calls that do not say who makes them. */
  constructor(opener: Process) {
    this.opener = opener;
  }

  /** Who made a call. */
  callerOf(frame: Frame): Process {
    return frame.caller ?? this.opener;
  }

  /** Who pays for a call: the container's owner, or where there is none, the caller. */
  payerOf(frame: Frame): Process {
    return this.owner ?? this.callerOf(frame);
  }

  /** The container is the caller's from now on, unless it is somebody's already. */
  takeOwner(frame: Frame, state: AdmissionState): void {
    if (state.checksOwner) this.owner ??= this.callerOf(frame);
  }

  /** -EPERM for any process but the owner. */
  foreignProblem(frame: Frame, state: AdmissionState): Refusal | undefined {
    if (!state.checksOwner || this.owner === undefined) return undefined;
    if (this.callerOf(frame) === this.owner) return undefined;
    return refuse('EPERM', 'the container belongs to another process');
  }

  /** Why a call is turned away; undefined if its own work may begin. */
  admit(name: CallName, frame: Frame, flags: number, state: AdmissionState): Refusal | undefined {
    const rule = CALLS[name];
    const foreign = this.foreignProblem(frame, state);
    if (foreign !== undefined) return foreign;
    if (!rule.containers.includes(state.type)) {
      return refuse('ENOTTY', `a ${state.type} container knows no ${name}`);
    }
    for (const check of rule.checks) {
      const problem = this.problemOf(check, rule, frame, flags, state);
      if (problem !== undefined) return refuse(CHECK_ERRNO[check], problem);
    }
    return undefined;
  }

  /** The checks of a structure alone, for a call that looks at it later than others do. */
  structureProblem(name: CallName, frame: Frame): Refusal | undefined {
    for (const check of ['readable', 'argsz', 'flags'] as const) {
      const problem = structureProblem(check, CALLS[name], frame, 0);
      if (problem !== undefined) return refuse(CHECK_ERRNO[check], problem);
    }
    return undefined;
  }

  private problemOf(
    check: Check,
    rule: CallRule,
    frame: Frame,
    flags: number,
    state: AdmissionState,
  ): string | undefined {
    switch (check) {
      case 'takesOwner':
        this.takeOwner(frame, state);
        return undefined;
      case 'hasOwner':
        return this.owner || !state.checksOwner
          ? undefined
          : 'no process has registered memory yet';
      case 'enabled':
        return state.isEnabled ? undefined : notEnabled(state.type);
      case 'group':
        return state.groups > 0 ? undefined : 'no group is attached';
      default:
        return structureProblem(check, rule, frame, flags);
    }
  }
}

function structureProblem(
  check: 'readable' | 'argsz' | 'flags',
  rule: CallRule,
  frame: Frame,
  flags: number,
): string | undefined {
  const { argsz = rule.bytesMin, readableBytes = rule.bytesMin } = frame;
  const unknownFlags = ((frame.flags ?? 0) | flags) & ~rule.flags;
  if (check === 'readable' && readableBytes < rule.bytesMin) {
    return `structure: expected ${rule.bytesMin} readable bytes, got ${readableBytes}`;
  }
  if (check === 'argsz' && argsz < rule.bytesMin) {
    return `argsz: expected at least ${rule.bytesMin}, got ${argsz}`;
  }
  if (check !== 'flags' || unknownFlags === 0) return undefined;
  return `flags: 0x${(unknownFlags >>> 0).toString(16)} unknown`;
}

function notEnabled(type: ContainerType): string {
  return type === 'v2' ? 'no memory is registered yet' : 'the container is not enabled yet';
}
