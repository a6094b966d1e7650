/** What a call of a script was given, by key. */
import type { Process } from '../../models/kernel/process.ts';
import type { Frame } from '../../models/kernel/vfio/calls.ts';
import { type Call, NOTHING_TO_LOOK_AT, placeOf } from './script.ts';

/** What a program prints for memory whose real address it could not find out. */
const UNKNOWN_HPA = 0xffff_ffff_ffff_ffffn;

export class Arguments {
  readonly word: string | undefined;
  private readonly call: Call;

  constructor(call: Call) {
    this.call = call;
    this.word = call.word;
  }

  /** Where a message about a key begins. */
  placeOf(key: string): string {
    return placeOf(this.call, key);
  }

  /** A number that the script must have; the parser has seen to it. */
  number(key: string): bigint {
    return this.call.inputs.get(key) as bigint;
  }

  numberIfAny(key: string): bigint | undefined {
    return this.call.inputs.get(key) as bigint | undefined;
  }

  /** A name, or the one that stands for a script that has but one. */
  name(key: string, otherwise = '0'): string {
    return (this.call.inputs.get(key) as string | undefined) ?? otherwise;
  }

  has(key: string): boolean {
    return this.call.inputs.has(key);
  }

  /** The real address of memory, where the script knows it. */
  get hpa(): bigint | undefined {
    const hpa = this.numberIfAny('hpa');
    return hpa === UNKNOWN_HPA ? undefined : hpa;
  }

  /** Whether the script's program had no memory to look at behind a write of its device. */
  get looksAtNothing(): boolean {
    return this.call.recorded.get('ram_changed') === NOTHING_TO_LOOK_AT;
  }

  /** What the call's structure says of itself; `knownFlags` are those that typed arguments stand for. */
  frame(caller: Process | undefined, knownFlags = 0n): Frame {
    const argsz = this.numberIfAny('argsz');
    const flags = this.numberIfAny('flags');
    return {
      ...(caller !== undefined && { caller }),
      ...(argsz !== undefined && { argsz: Number(argsz) }),
      ...(flags !== undefined && { flags: Number(flags & ~knownFlags) }),
    };
  }
}
