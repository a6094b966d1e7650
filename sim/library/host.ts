/** A host for programs: a kernel, a PHB and memory, and a process that makes VFIO calls on it. */
import { InputError } from '../../models/input-error.ts';
import { suggest } from '../../traces/nearest.ts';
import { numberText } from '../../traces/numbers.ts';
import type { CallRecord } from '../vfio/call-record.ts';
import { CALLS, type CallName, type CallShape } from '../vfio/calls.ts';
import { callRecord } from '../vfio/record.ts';
import { performCall } from '../vfio/run-script.ts';
import { parseLine } from '../vfio/script.ts';
import type { Session } from '../vfio/session.ts';
import { SESSION_PRESETS, sessionOf } from '../vfio/session-words.ts';
import { forCaller } from './caller.ts';
import { checkKeys } from './keys.ts';

/** What a host is made of; sizes are text as `64G`. */
export interface HostObject {
  /** As `6.12-64k`, which is the preset; under QEMU `6.12-pseries-64k`. */
  readonly kernel?: string;
  /** On powernv: `phb3`, `phb4` (preset), `phb4-small` or `phb5`. */
  readonly phb?: string;
  /** The container that is open when the first call is made: `v2` is the preset. */
  readonly container?: 'v1' | 'v2';
  /** All memory of the host (`64G`; with `buddyinfo`: unknown). */
  readonly ram?: string;
  /** Path of a copy of /proc/buddyinfo: the memory that is free. All is free if absent. */
  readonly buddyinfo?: string;
  /** The PHB's node in that file; its first if absent. */
  readonly node?: string;
  /** Page size of that file's kernel, where its columns do not tell. */
  readonly pageSize?: string;
  /** vm.min_free_kbytes, as a size; what Linux computes from `ram` if absent. */
  readonly minFree?: string;
  /** RLIMIT_MEMLOCK of each process; `unlimited` is the preset. */
  readonly memlock?: string;
  /** Huge pages of the program: `16M` on powernv, `2M` on pseries. */
  readonly huge?: string;
  /** Size of the default window on powernv (`2G`). */
  readonly dma32?: string;
}

const HOST_KEYS = Object.keys({
  kernel: 0,
  phb: 0,
  container: 0,
  memlock: 0,
  huge: 0,
  dma32: 0,
  buddyinfo: 0,
  node: 0,
  ram: 0,
  minFree: 0,
  pageSize: 0,
} satisfies Record<keyof HostObject, 0>);

/** What a call is given, by the names that docs/vfio-script.md has; sizes may be text as `1T`. */
export type CallInputs = Readonly<Record<string, number | bigint | string>>;

/** What a call came to. */
export interface CallAnswer extends CallRecord {
  /** Why it was refused and what it did besides, a sentence each. */
  readonly remarks: readonly string[];
}

/** See {@link createHost}. */
export class Host {
  private calls = 0;
  private isBegun = false;

  /** @internal */
  constructor(private readonly session: Session) {}

  /**
   * Makes a call. `CREATE` and `REMOVE` are VFIO_IOMMU_SPAPR_TCE_CREATE and _REMOVE; docs/vfio-script.md has all of
   * them. A call that the kernel refuses is an answer, not an error: its `rc` is a negative errno.
   *
   * @throws InputError on a call or an input that does not exist, and on what names nothing that is there
   * @example
   * host.call('CREATE', { page_shift: 16, window_size: '1T', levels: 2 }).results.start;
   */
  call(name: CallName, inputs: CallInputs = {}): CallAnswer {
    return forCaller(() => {
      this.calls += 1;
      const call = parseLine(lineOf(name, inputs), `call ${this.calls}`);
      if (call === undefined) throw unknownCall(name);
      const opened = this.begin(name);
      const outcome = performCall(this.session, call);
      return { ...callRecord(call, outcome), remarks: [...opened, ...outcome.remarks] };
    });
  }

  /** Opens the container that is there before the first call; answers what is remarkable about it. */
  private begin(first: CallName): readonly string[] {
    if (this.isBegun) return [];
    this.isBegun = true;
    return first === 'OPEN' ? [] : this.session.openDefault().remarks;
  }
}

/**
 * A host with a VFIO container, in which a group with one device is, unless the first call is an OPEN.
 *
 * @param words what it is made of, as the flags of `tcesim vfio` say it
 * @throws InputError on what cannot be used
 * @example
 * const host = createHost({ kernel: '6.12-64k', ram: '16G', memlock: '64M' });
 */
export function createHost(words: HostObject = {}): Host {
  return forCaller(() => {
    checkKeys('createHost', words, HOST_KEYS);
    const texts = Object.fromEntries(textsOf(words)) as HostObject;
    return new Host(sessionOf({ ...SESSION_PRESETS, ...texts }));
  });
}

/** The call as a line of a script. */
function lineOf(name: string, inputs: CallInputs): string {
  const shape: CallShape | undefined = CALLS.find((call) => call.name === name);
  if (shape === undefined) throw unknownCall(name);
  const { words, value } = shape.operands;
  const isOperand = (key: string) => (key === 'word' && words !== undefined) || key === value?.name;
  const texts = textsOf(inputs);
  const blank = texts.find(([, text]) => /\s/.test(text));
  if (blank) throw new InputError(`${blank[0]}: expected no blanks, got '${blank[1]}'`);
  const operands = ['word', value?.name].flatMap((key) => texts.filter(([name]) => name === key));
  const keys = texts.filter(([key]) => !isOperand(key));
  return [name, ...operands.map(([, text]) => text), ...keys.map((pair) => pair.join('='))].join(
    ' ',
  );
}

/** What an object says, by its keys. Throws InputError on a number that need not be the one that was meant. */
function textsOf(given: object): [key: string, text: string][] {
  return Object.entries(given).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, numberText(value, key)]],
  );
}

function unknownCall(name: string): InputError {
  const names = CALLS.map((call) => call.name);
  return new InputError(`unknown call '${name}'${suggest(name, names)}`);
}
