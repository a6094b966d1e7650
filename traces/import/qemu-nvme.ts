/**
 * What QEMU's NVMe events tell about the translations around them, where a log has no lengths: a command's
 * opcode says in its low two bits which way the data goes (NVMe base specification, opcode field: 01
 * the controller reads host memory, 10 it writes), pci_nvme_map_prp says where the data lies. QEMU
 * reads all lists of a command's pages, then translates its data, before it looks at another command
 * (hw/nvme/ctrl.c, nvme_map_prp).
 */
import { Op } from '../format.ts';
import { Word } from '../word.ts';
import { decimal, form, hexadecimal, rest, upTo } from './line-form.ts';
import type { KnownDma, QemuEvent, QemuEventGroup } from './qemu-event.ts';

/** Bytes of a submission queue entry. */
export const SUBMISSION_ENTRY_BYTES = 64;

const CONTROLLER_READS = 1;
const CONTROLLER_WRITES = 2;
/** The memory page size that every Linux driver sets up (CC.MPS = 0). */
const PAGE_BYTES = 4096;
const PAGE_OFFSET = PAGE_BYTES - 1;
const POINTER_BYTES = 8;
/** Entries in a whole page of a list. */
const LIST_ENTRIES = PAGE_BYTES / POINTER_BYTES;
/** Data pointers that are remembered: two for a command, which is mapped once. */
const POINTERS_MAX = 8;

/** A bus address where the command's data, or the list of its pages, is known to be. */
interface Pointer extends KnownDma {
  readonly address: Word;
}

export class QemuNvme implements QemuEventGroup {
  readonly events: Readonly<Record<string, QemuEvent>> = {
    pci_nvme_io_cmd: this.command(),
    pci_nvme_admin_cmd: this.command(),
    pci_nvme_map_prp: this.map(),
  };

  private op: number | undefined;
  private pointers: Pointer[] = [];
  /** Bytes that lists of pages describe: their pages come next, one translation each. */
  private listedBytes = 0;
  /** The same, from the first entry of the last list on that was read or is about to be .. */
  private bytesFromList = 0;
  /** .. and the entries in it. */
  private listEntries = 0;

  /** What the translation of a bus address is for, if the command tells; each is told once. */
  take(address: Word): KnownDma | undefined {
    for (let index = this.pointers.length - 1; index >= 0; index -= 1) {
      const pointer = this.pointers[index];
      if (!pointer.address.equals(address)) continue;
      this.pointers.splice(index, 1);
      return pointer;
    }
    if (this.op === undefined || this.listedBytes === 0 || (address.low & PAGE_OFFSET) !== 0) {
      this.listedBytes = 0;
      return undefined;
    }
    if (this.bytesFromList > this.listEntries * PAGE_BYTES) return this.nextList();
    const length = Math.min(PAGE_BYTES, this.listedBytes);
    this.listedBytes -= length;
    return { op: this.op, length };
  }

  /** A list's last entry leads to another list where more pages are left than that entry. */
  private nextList(): KnownDma {
    this.bytesFromList -= (this.listEntries - 1) * PAGE_BYTES;
    this.listEntries = Math.min(LIST_ENTRIES, Math.ceil(this.bytesFromList / PAGE_BYTES));
    return { op: Op.read, length: this.listEntries * POINTER_BYTES };
  }

  private command(): QemuEvent {
    const opcode = hexadecimal('opc', 32);
    return {
      form: form`${upTo('opc ')}opc ${opcode}${rest()}`,
      take: () => {
        const direction = opcode.low & 3;
        this.op = undefined;
        if (direction === CONTROLLER_READS) this.op = Op.read;
        if (direction === CONTROLLER_WRITES) this.op = Op.write;
        this.pointers.length = 0;
        this.listedBytes = 0;
      },
    };
  }

  private map(): QemuEvent {
    const first = decimal('trans_len', 32);
    const length = decimal('len', 32);
    const prp1 = hexadecimal('prp1', 64);
    const prp2 = hexadecimal('prp2', 64);
    const count = decimal('num_prps', 32);
    return {
      form: form`trans_len ${first} len ${length} prp1 ${prp1} prp2 ${prp2} num_prps ${count}`,
      take: () => {
        if (this.op === undefined) return;
        this.point(prp1, this.op, first.value);
        const rest = length.value - first.value;
        if (rest <= 0) return;
        if (rest <= PAGE_BYTES) {
          this.point(prp2, this.op, rest);
          return;
        }
        const entries = Math.floor((PAGE_BYTES - (prp2.low & PAGE_OFFSET)) / POINTER_BYTES);
        this.point(prp2, Op.read, entries * POINTER_BYTES);
        this.listedBytes = rest;
        this.bytesFromList = rest;
        this.listEntries = Math.max(1, entries);
      },
    };
  }

  private point(address: Word, op: number, length: number): void {
    this.pointers = this.pointers.filter((pointer) => !pointer.address.equals(address));
    this.pointers.push({ address: new Word().copy(address), op, length });
    if (this.pointers.length > POINTERS_MAX) this.pointers.shift();
  }
}
