/** Programs that ask for windows in their own way, by the names of the command line; models/policy has them. */
import { InputError } from '../../models/input-error.ts';
import { placeOf } from '../../models/kernel/group/window-place.ts';
import type { PhysicalMemory } from '../../models/memory/physical.ts';
import { configOf } from '../../models/phb/spec.ts';
import { administrator } from '../../models/policy/administrator.ts';
import { dpdk } from '../../models/policy/dpdk.ts';
import { CallRecorder, type PolicyOutcome, type Wish } from '../../models/policy/policy.ts';
import { qemu } from '../../models/policy/qemu.ts';
import { suggest } from '../../traces/nearest.ts';
import type { Circumstances, WindowSize } from './question.ts';
import { type EarlyRefusal, NotSimulated, Session } from './session.ts';

/** A program that can be named. */
interface Program {
  /** What it is, in words. */
  readonly title: string;
  /** How it asks. */
  readonly manner: string;
  /** Whether it insists on bus address 0. */
  readonly wantsFirstSlot: boolean;
  readonly run: (calls: CallRecorder, wish: Wish, host: ProgramHost) => PolicyOutcome;
}

/** What programs know of their host, and what the administrator was told. */
interface ProgramHost {
  readonly basePageShift: number;
  readonly levels: number;
  readonly keepsDefault: boolean;
}

const PROGRAMS = {
  qemu: qemuProgram(
    'QEMU since 2025',
    'guesses the level count, then one more each time; a host with one level is asked once',
    true,
  ),
  'qemu-2024': qemuProgram(
    'QEMU before 2025',
    'guesses the level count, then one more each time, whatever the host says',
    false,
  ),
  dpdk: {
    title: 'DPDK',
    manner: '1 level first, then one more each time; takes a window at bus address 0 only',
    wantsFirstSlot: true,
    run: dpdk,
  },
  administrator: {
    title: 'an administrator',
    manner:
      'the first of --levels, then one more each time; with --slot 1 keeps the default window',
    wantsFirstSlot: false,
    run: administrator,
  },
} as const satisfies Record<string, Program>;

export type ProgramName = keyof typeof PROGRAMS;

/** What a program did for a window, on a host of its own. */
export interface ProgramRun extends WindowSize {
  readonly program: ProgramName;
  /** The program in words. */
  readonly title: string;
  /** What failed before the program could ask for anything. */
  readonly early: EarlyRefusal | undefined;
  /** Why the program was not followed to its end. */
  readonly notSimulated: string | undefined;
  readonly outcome: PolicyOutcome;
  /** Locked memory of the process in the end. */
  readonly lockedBytes: bigint;
  readonly leakedBytes: bigint;
}

/** The names, for a list of choices. */
export const PROGRAM_NAMES = Object.keys(PROGRAMS) as readonly ProgramName[];

/** A program and how it asks, in words. */
export function programWords(name: ProgramName): string {
  const { title, manner }: Program = PROGRAMS[name];
  return `${title}: ${manner}`;
}

/** A program by its name. Throws InputError for unknown ones, and where it never does what is asked. */
export function programOf(name: string, { slot }: Pick<Circumstances, 'slot'>): ProgramName {
  if (name.includes(',')) {
    throw new InputError(`--policy: expected one program, got '${name}'`);
  }
  if (!Object.hasOwn(PROGRAMS, name)) {
    throw new InputError(`--policy: unknown program '${name}'${suggest(name, PROGRAM_NAMES)}`);
  }
  const program: Program = PROGRAMS[name as ProgramName];
  if (program.wantsFirstSlot && slot === 1) {
    throw new InputError(`--policy: ${program.title} wants bus address 0, expected slot 0, got 1`);
  }
  return name as ProgramName;
}

/** Lets a program ask for a window. */
export function runProgram(
  name: ProgramName,
  circumstances: Circumstances,
  size: WindowSize,
  levels: number,
  memory: PhysicalMemory,
): ProgramRun {
  const { title, run }: Program = PROGRAMS[name];
  const { kernel, phb, slot, backingShift } = circumstances;
  const { basePageShift } = kernel;
  const session = new Session(circumstances, memory);
  const { locked } = session.process;
  const calls = new CallRecorder(session.calls, locked);
  const { start: startAddress } = placeOf(slot, configOf(phb).pe.tveSelect);
  const wish = { ...size, backingShift, startAddress };
  const early = session.begin();
  let outcome = calls.gaveUp();
  let notSimulated: string | undefined;
  try {
    const host = { basePageShift, levels, keepsDefault: slot === 1 };
    if (early === undefined) outcome = run(calls, wish, host);
  } catch (error) {
    if (!(error instanceof NotSimulated)) throw error;
    notSimulated = error.message;
  }
  const { lockedBytes, leakedBytes } = locked;
  return { ...size, program: name, title, early, notSimulated, outcome, lockedBytes, leakedBytes };
}

function qemuProgram(title: string, manner: string, isSince2025: boolean): Program {
  return {
    title,
    manner,
    wantsFirstSlot: false,
    run: (calls, wish, { basePageShift }) => qemu(calls, wish, { basePageShift, isSince2025 }),
  };
}
