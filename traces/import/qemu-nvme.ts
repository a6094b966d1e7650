/**
 * What QEMU's NVMe events tell about the translations around them, where a log has no lengths: a command's
 * opcode says in its low two bits which way the data goes (NVMe base specification, opcode field: 01
 * the controller reads host memory, 10 it writes), pci_nvme_map_prp says where the data lies. QEMU
 * translates the data of a command before it looks at another one (hw/nvme/ctrl.c, nvme_map_prp).
 */
import { Op } from '../format.ts';
import { count, half, word } from './fields.ts';
import type { QemuEvent, QemuEventGroup } from './qemu-event.ts';

/** Bytes of a submission queue entry. */
export const SUBMISSION_ENTRY_BYTES = 64;

const CONTROLLER_READS = 1;
const CONTROLLER_WRITES = 2;
/** The memory page size that every Linux driver sets up (CC.MPS = 0). */
const PAGE_BYTES = 4096;
const PAGE_OFFSET = BigInt(PAGE_BYTES - 1);
const POINTER_BYTES = 8;

/** What a translation is known to be for. */
interface KnownDma {
  readonly op: number;
  readonly length: number;
}

export class QemuNvme implements QemuEventGroup {
  readonly events: Readonly<Record<string, QemuEvent>> = {
    pci_nvme_io_cmd: { form: /\bopc (\w+)/, take: ([opcode]) => this.command(opcode) },
    pci_nvme_admin_cmd: { form: /\bopc (\w+)/, take: ([opcode]) => this.command(opcode) },
    pci_nvme_map_prp: {
      form: /^trans_len (\d+) len (\d+) prp1 (\w+) prp2 (\w+) num_prps \d+$/,
      take: ([first, length, prp1, prp2]) =>
        this.map(
          count(first, 'trans_len', 32),
          count(length, 'len', 32),
          word(prp1, 'prp1'),
          word(prp2, 'prp2'),
        ),
    },
  };

  private op: number | undefined;
  /** Bus addresses where the command's data is known to be. */
  private readonly known = new Map<bigint, KnownDma>();
  /** Bytes that a list of pages describes: its pages come next, one translation each. */
  private listedBytes = 0;

  settle(): void {}

  /** What the translation of a bus address is for, if the command tells; each is told once. */
  take(address: bigint): KnownDma | undefined {
    const dma = this.known.get(address);
    if (dma) {
      this.known.delete(address);
      return dma;
    }
    if (this.op === undefined || this.listedBytes === 0 || (address & PAGE_OFFSET) !== 0n) {
      this.listedBytes = 0;
      return undefined;
    }
    const length = Math.min(PAGE_BYTES, this.listedBytes);
    this.listedBytes -= length;
    return { op: this.op, length };
  }

  private command(opcode: string | undefined): void {
    const direction = half(opcode, 'opc') & 3;
    this.op = undefined;
    if (direction === CONTROLLER_READS) this.op = Op.read;
    if (direction === CONTROLLER_WRITES) this.op = Op.write;
    this.known.clear();
    this.listedBytes = 0;
  }

  private map(first: number, length: number, prp1: bigint, prp2: bigint): void {
    if (this.op === undefined) return;
    this.known.set(prp1, { op: this.op, length: first });
    const rest = length - first;
    if (rest <= 0) return;
    if (rest <= PAGE_BYTES) {
      this.known.set(prp2, { op: this.op, length: rest });
      return;
    }
    const listBytes = PAGE_BYTES - Number(prp2 & PAGE_OFFSET);
    this.known.set(prp2, { op: Op.read, length: listBytes - (listBytes % POINTER_BYTES) });
    this.listedBytes = rest;
  }
}
