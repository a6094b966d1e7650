/**
 * The DMA of an NVMe controller with one pair of I/O queues, after the NVM Express Base Specification:
 * submission queue entries of 64 bytes, completion queue entries of 16, Physical Region Pages. A command is
 *
 *   1. a read of its submission queue entry, at the head of the ring,
 *   2. reads of its PRP list where its buffer has more than two pages,
 *   3. its data, a row for each run of pages that are neighbours on the bus; the replay cuts it into TLPs.
 *      What the host writes is read at once, what it reads is written when the command completes,
 *   4. a write of its completion queue entry, at the tail of the other ring.
 *
 * Doorbells are MMIO and interrupts are writes to the MSI region, which no TCE translates: neither is a
 * row. Left out: the admin queue, SGLs, metadata, buffers that do not begin on a page, and the order in
 * which a real controller mixes the data of several commands.
 */
import { TCE_PCI_READ, TCE_PCI_WRITE } from '../../models/tce.ts';
import { Op } from '../format.ts';
import type { DeviceRows } from './device-rows.ts';
import type { DmaMemory } from './iova-policy.ts';

const SUBMISSION_ENTRY_BYTES = 64;
const COMPLETION_ENTRY_BYTES = 16;
/** CC.MPS as Linux sets it (NVME_CTRL_PAGE_SIZE). */
const NVME_PAGE_BYTES = 4096;
const PRP_BYTES = 8;
const PRPS_OF_LIST_PAGE = NVME_PAGE_BYTES / PRP_BYTES;
/** A Dataset Management range, which is all the data of a discard. */
const DISCARD_RANGE_BYTES = 16;

/** What a command does; `discard` deallocates a range, `flush` has no data. */
export type CommandKind = 'read' | 'write' | 'discard' | 'flush';

/** A command on its way. */
interface Flight {
  readonly address: number;
  /** Bytes that the controller writes to memory before it completes. */
  readonly writtenBytes: number;
}

export class NvmeController {
  private readonly submissions: number;
  private readonly completions: number;
  private readonly lists: number;
  private readonly listBytes: number;
  private readonly flights: (Flight | undefined)[];
  /** Command identifiers that are free, as a ring: the one at `nextFree` has been free for longest. */
  private readonly free: Uint16Array;
  private nextFree = 0;
  private freeCount: number;
  private submissionHead = 0;
  private completionTail = 0;

  /** Throws InputError where the window has no room for its queues and buffers. */
  constructor(
    private readonly rows: DeviceRows,
    private readonly memory: DmaMemory,
    private readonly queueEntries: number,
    transferBytes: number,
  ) {
    this.submissions = memory.coherent(queueEntries * SUBMISSION_ENTRY_BYTES, 'submission queue');
    this.completions = memory.coherent(queueEntries * COMPLETION_ENTRY_BYTES, 'completion queue');
    this.listBytes = listPagesOf(transferBytes) * NVME_PAGE_BYTES;
    this.lists = memory.coherent(Math.max(1, queueEntries * this.listBytes), 'PRP lists');
    // A ring whose head is one behind its tail is full: one entry is never used.
    const commands = queueEntries - 1;
    memory.reserveSlots(commands, transferBytes);
    this.flights = Array.from({ length: commands });
    this.free = Uint16Array.from({ length: commands }, (_, command) => command);
    this.freeCount = commands;
  }

  /** Whether a command has to wait for the completion of another. */
  get isFull(): boolean {
    return this.freeCount === 0;
  }

  /**
   * Issues a command of at most the transfer size; the queue must not be full. Answers its identifier, or
   * undefined where its buffer finds no bus address.
   */
  submit(kind: CommandKind, bytes: number): number | undefined {
    const command = this.free[this.nextFree];
    const dataBytes = dataBytesOf(kind, bytes);
    const permission = kind === 'read' ? TCE_PCI_WRITE : TCE_PCI_READ;
    const address = dataBytes === 0 ? 0 : this.memory.map(command, dataBytes, permission);
    if (address === undefined) return undefined;
    this.nextFree = (this.nextFree + 1) % this.free.length;
    this.freeCount -= 1;
    const entry = this.submissions + this.submissionHead * SUBMISSION_ENTRY_BYTES;
    this.rows.add(Op.read, entry, SUBMISSION_ENTRY_BYTES);
    this.submissionHead = (this.submissionHead + 1) % this.queueEntries;
    this.readLists(command, Math.ceil(dataBytes / NVME_PAGE_BYTES));
    if (kind !== 'read' && dataBytes > 0) this.rows.add(Op.read, address, dataBytes);
    this.flights[command] = { address, writtenBytes: kind === 'read' ? dataBytes : 0 };
    return command;
  }

  /** Completes a command that was issued. */
  complete(command: number): void {
    const flight = this.flights[command];
    if (!flight) return;
    this.flights[command] = undefined;
    if (flight.writtenBytes > 0) this.rows.add(Op.write, flight.address, flight.writtenBytes);
    const entry = this.completions + this.completionTail * COMPLETION_ENTRY_BYTES;
    this.rows.add(Op.write, entry, COMPLETION_ENTRY_BYTES);
    this.completionTail = (this.completionTail + 1) % this.queueEntries;
    this.memory.unmap(command);
    this.free[(this.nextFree + this.freeCount) % this.free.length] = command;
    this.freeCount += 1;
  }

  /** The host gives up what it still has mapped without need. */
  finish(): void {
    this.memory.flush();
  }

  /**
   * Two pages stand in the entry itself. More are listed, the first one aside; the last slot of a list
   * page that does not hold the rest points to the next.
   */
  private readLists(command: number, pages: number): void {
    if (pages <= 2) return;
    let listed = pages - 1;
    for (let at = this.lists + command * this.listBytes; listed > 0; at += NVME_PAGE_BYTES) {
      const isLast = listed <= PRPS_OF_LIST_PAGE;
      this.rows.add(Op.read, at, isLast ? listed * PRP_BYTES : NVME_PAGE_BYTES);
      listed -= isLast ? listed : PRPS_OF_LIST_PAGE - 1;
    }
  }
}

function dataBytesOf(kind: CommandKind, bytes: number): number {
  if (kind === 'flush') return 0;
  return kind === 'discard' ? DISCARD_RANGE_BYTES : bytes;
}

/** Pages of the longest PRP list. */
function listPagesOf(transferBytes: number): number {
  const listed = Math.ceil(transferBytes / NVME_PAGE_BYTES) - 1;
  if (listed <= 1) return 0;
  return listed <= PRPS_OF_LIST_PAGE ? 1 : Math.ceil((listed - 1) / (PRPS_OF_LIST_PAGE - 1));
}
