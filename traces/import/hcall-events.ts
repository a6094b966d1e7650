/**
 * Hypercalls of a guest as its KVM host logs them (arch/powerpc/kvm/trace_hv.h): kvm_hcall_enter has the
 * arguments, kvm_hcall_exit the outcome. Calls with which a guest changes TCEs (LoPAR) become rows. What the
 * host's own firmware calls say (arch/powerpc/include/asm/trace.h) has no arguments and is only counted.
 * LIOBNs are QEMU's, which are the same in every guest: the log must be of one guest.
 */
import { InputError } from '../../models/input-error.ts';
import { Op } from '../format.ts';
import { half, word } from './fields.ts';
import type { ImportLog } from './import.ts';
import type { KernelEvent, KernelEventGroup, TakeEvent } from './kernel-event.ts';
import type { KernelRows } from './kernel-rows.ts';
import type { Moment, MomentQueue } from './moment-queue.ts';

const ENTER = /^VCPU \d+: hcall=(\w+) GPR4-7=(\w+),(\w+),(\w+),(\w+)$/;
const EXIT = /^VCPU \d+: ret=\w+ hcall_rc=(\w+)$/;
const FIRMWARE = /^opcode=\d+(?: retval=-?\d+)?$/;
/** LIOBNs of PHBs (QEMU include/hw/pci-host/spapr.h); smaller ones are those of VIO devices. */
const PCI_LIOBN = 0x8000_0000;

/** A call whose outcome is still to come. */
interface HcallMoment extends Moment {
  isDone: boolean;
}

export class HcallEvents implements KernelEventGroup {
  readonly events: Readonly<Record<string, TakeEvent>> = {
    kvm_hcall_enter: (event) => this.enter(event),
    kvm_hcall_exit: (event) => this.exit(event),
    hcall_entry: (event) => this.firmware(event),
    hcall_exit: (event) => this.firmware(event),
    opal_entry: (event) => this.firmware(event),
    opal_exit: (event) => this.firmware(event),
  };

  /** Calls by the thread of their virtual processor. */
  private readonly waiting = new Map<number, HcallMoment>();

  constructor(
    private readonly rows: KernelRows,
    private readonly moments: MomentQueue,
    private readonly log: ImportLog,
  ) {}

  private enter({ payload, pid, timeNs }: KernelEvent): void {
    // A thread that enters again has left: its exits are not in the log.
    this.end(pid, true);
    const [, call = '', liobn, ioba, third, fourth] = ENTER.exec(payload) ?? [];
    if (call === '') throw new InputError('the arguments have another form');
    const row = this.rowOf(call, [ioba, third, fourth]);
    if (!row) return;
    const window = half(liobn, 'GPR4');
    if (window < PCI_LIOBN) {
      this.log.expected('window of a virtual device, not of a PHB');
      return;
    }
    const phb = (window >>> 8) & 0xff;
    const isAssumed = row.op === Op.indirect;
    const moment: HcallMoment = {
      isDue: false,
      isDone: true,
      write: () => {
        if (!moment.isDone) return;
        if (isAssumed) this.log.assume('TCEs of H_PUT_TCE_INDIRECT');
        this.rows.tces(timeNs, { ...row, phb });
      },
    };
    this.waiting.set(pid, moment);
    this.moments.add(moment);
  }

  /** The row of a call; undefined, and counted, where it changes no TCE. */
  private rowOf(call: string, [ioba, third, fourth]: (string | undefined)[]) {
    switch (call) {
      case 'H_PUT_TCE':
        return { op: Op.put, address: word(ioba, 'GPR5'), tce: word(third, 'GPR6'), count: 1 };
      case 'H_PUT_TCE_INDIRECT': {
        // The list lies in the guest's memory.
        const address = word(ioba, 'GPR5');
        const tce = this.rows.assumedTce(address);
        return { op: Op.indirect, address, tce, count: half(fourth, 'GPR7') };
      }
      case 'H_STUFF_TCE':
        return {
          op: Op.stuff,
          address: word(ioba, 'GPR5'),
          tce: word(third, 'GPR6'),
          count: half(fourth, 'GPR7'),
        };
      case 'H_GET_TCE':
        this.log.expected('H_GET_TCE');
        return undefined;
      default:
        this.log.expected('hypercall that changes no TCE');
        return undefined;
    }
  }

  private exit({ payload, pid }: KernelEvent): void {
    const [, outcome] = EXIT.exec(payload) ?? [];
    if (outcome === undefined) throw new InputError('the arguments have another form');
    this.log.expected('kvm_hcall_exit');
    if (!this.waiting.has(pid)) return;
    // KVM leaves what is too hard for it to QEMU, whose answer is not in the log.
    if (outcome === 'H_TOO_HARD') this.log.assume('success of a hypercall that QEMU answers');
    this.end(pid, /^(?:H_SUCCESS|H_TOO_HARD|0|0x0)$/.test(outcome));
  }

  /** The thread's call is over. */
  private end(pid: number, isDone: boolean): void {
    const moment = this.waiting.get(pid);
    if (!moment) return;
    this.waiting.delete(pid);
    if (moment.isDue) return;
    if (!isDone) this.log.expected('failed hypercall');
    moment.isDone = isDone;
    moment.isDue = true;
    this.moments.settle();
  }

  private firmware({ name, payload }: KernelEvent): void {
    if (!FIRMWARE.test(payload)) throw new InputError('the arguments have another form');
    this.log.expected(name);
  }
}
