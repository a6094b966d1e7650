/**
 * Hypercalls of a guest as its KVM host logs them (arch/powerpc/kvm/trace_hv.h): kvm_hcall_enter has the
 * arguments, kvm_hcall_exit the outcome. Calls with which a guest changes TCEs (LoPAR) become rows. What the
 * host's own firmware calls say (arch/powerpc/include/asm/trace.h) has no arguments and is only counted.
 * LIOBNs are QEMU's, which are the same in every guest: the log must be of one guest.
 */
import { hex } from '../../models/bits.ts';
import { InputError } from '../../models/input-error.ts';
import { Op } from '../format.ts';
import { Word } from '../word.ts';
import { ByteNames } from './byte-names.ts';
import type { ImportLog } from './import.ts';
import type { KernelEvent, KernelEventGroup, TakeEvent } from './kernel-event.ts';
import type { KernelRows } from './kernel-rows.ts';
import { decimal, form, hexadecimal, word } from './line-form.ts';
import { isPciLiobn, phbOfLiobn } from './liobn.ts';
import type { Moment, MomentQueue } from './moment-queue.ts';

/** Of a call that is done; KVM leaves what is too hard for it to QEMU, whose answer is not in the log. */
const TOO_HARD = 'H_TOO_HARD';
const DONE = ['H_SUCCESS', TOO_HARD, '0', '0x0'];
const FIRMWARE = /^opcode=\d+(?: retval=-?\d+)?$/;

/** What a call changes from its address on. */
interface TceCall {
  readonly op: number;
  readonly tce: Word;
  readonly count: number;
}

/** A call whose outcome is still to come. */
interface HcallMoment extends Moment {
  isDone: boolean;
}

export class HcallEvents implements KernelEventGroup {
  readonly events: Readonly<Record<string, TakeEvent>> = {
    kvm_hcall_enter: (event) => this.enter(event),
    kvm_hcall_exit: (event) => this.exit(event),
    hcall_entry: (event) => this.firmware('hcall_entry', event),
    hcall_exit: (event) => this.firmware('hcall_exit', event),
    opal_entry: (event) => this.firmware('opal_entry', event),
    opal_exit: (event) => this.firmware('opal_exit', event),
  };

  /** Calls by the thread of their virtual processor. */
  private readonly waiting = new Map<number, HcallMoment>();

  private readonly processor = decimal('VCPU', 32);
  private readonly call = word('hcall');
  private readonly liobn = hexadecimal('GPR4', 64);
  private readonly ioba = hexadecimal('GPR5', 64);
  private readonly third = hexadecimal('GPR6', 64);
  private readonly fourth = hexadecimal('GPR7', 64);
  private readonly resume = word('ret');
  private readonly outcome = word('hcall_rc');
  private readonly entered =
    form`VCPU ${this.processor}: hcall=${this.call} GPR4-7=${this.liobn},${this.ioba},${this.third},${this.fourth}`;
  private readonly left = form`VCPU ${this.processor}: ret=${this.resume} hcall_rc=${this.outcome}`;
  private readonly calls = new ByteNames<() => TceCall | undefined>([
    ['H_PUT_TCE', () => ({ op: Op.put, tce: copyOf(this.third), count: 1 })],
    ['H_PUT_TCE_INDIRECT', () => this.indirect()],
    ['H_STUFF_TCE', () => ({ op: Op.stuff, tce: copyOf(this.third), count: half(this.fourth) })],
    ['H_GET_TCE', () => this.unchanging('H_GET_TCE')],
  ]);

  constructor(
    private readonly rows: KernelRows,
    private readonly moments: MomentQueue,
    private readonly log: ImportLog,
  ) {}

  private enter({ bytes, from, thread, timeNs }: KernelEvent): void {
    // A thread that enters again has left: its exits are not in the log.
    this.end(thread, true);
    if (this.entered.read(bytes, from) < 0) {
      throw new InputError(this.entered.explain(bytes, from));
    }
    const take = this.calls.find(bytes, this.call.from);
    const call = take ? take() : this.unchanging('hypercall that changes no TCE');
    if (!call) return;
    const window = half(this.liobn);
    if (!isPciLiobn(window)) {
      this.log.expected('window of a virtual device, not of a PHB');
      return;
    }
    const phb = phbOfLiobn(window);
    const row = { ...call, phb, address: copyOf(this.ioba) };
    const moment: HcallMoment = {
      isDue: false,
      isDone: true,
      write: () => {
        if (!moment.isDone) return;
        if (row.op === Op.indirect) this.log.assume('TCEs of H_PUT_TCE_INDIRECT');
        this.rows.tces(timeNs, row);
      },
    };
    this.waiting.set(thread, moment);
    this.moments.add(moment);
  }

  /** The list of TCEs lies in the guest's memory. */
  private indirect(): TceCall {
    return { op: Op.indirect, tce: this.rows.assumedTce(this.ioba), count: half(this.fourth) };
  }

  private unchanging(reason: string): undefined {
    this.log.expected(reason);
  }

  private exit({ bytes, from, thread }: KernelEvent): void {
    if (this.left.read(bytes, from) < 0) throw new InputError(this.left.explain(bytes, from));
    this.log.expected('kvm_hcall_exit');
    if (!this.waiting.has(thread)) return;
    const outcome = this.outcome.toString();
    if (outcome === TOO_HARD) this.log.assume('success of a hypercall that QEMU answers');
    this.end(thread, DONE.includes(outcome));
  }

  /** The thread's call is over. */
  private end(thread: number, isDone: boolean): void {
    const moment = this.waiting.get(thread);
    if (!moment) return;
    this.waiting.delete(thread);
    if (moment.isDue) return;
    if (!isDone) this.log.expected('failed hypercall');
    moment.isDone = isDone;
    moment.isDue = true;
    this.moments.settle();
  }

  private firmware(name: string, { payload }: KernelEvent): void {
    if (!FIRMWARE.test(payload)) throw new InputError('the arguments have another form');
    this.log.expected(name);
  }
}

function copyOf(word: Word): Word {
  return new Word().copy(word);
}

/** A register of 32 bits. */
function half(register: Word & { readonly name: string }): number {
  if (register.high === 0) return register.low >>> 0;
  throw new InputError(
    `${register.name}: expected a 32-bit number, got ${hex(register.toBigInt())}`,
  );
}
