/** A call of a session as data, as JSON has it: small numbers are numbers, addresses and sizes hexadecimal text. */
import type { CallName } from './calls.ts';

/** A call that was performed. */
export interface CallRecord {
  /** Name of the call. */
  readonly call: CallName;
  /** What it was given, by the names of the call. */
  readonly inputs: Readonly<Record<string, string | number>>;
  /** What came back: `rc`, 0 or a negative errno, and what the call tells besides. */
  readonly results: Readonly<Record<string, string | number>>;
  /** Whether the call, or the device's access, was turned away. */
  readonly isRefused: boolean;
  /** Locked memory of the calling process after the call; absent where the call was none on a container. */
  readonly lockedBytes?: number;
  /** What the call charged of it; less than 0: gave back. */
  readonly chargedBytes?: number;
}
