/**
 * A host with NVMe controllers that carries out the I/Os of a block trace. Each disk of the trace is a
 * namespace; disk n (in order of appearance) belongs to controller n modulo the number of controllers, and
 * a controller is a PE of its own with one DMA window, made when its first I/O comes. An I/O of more than
 * the transfer size is several commands. Times never go back: an I/O that stands behind a later one is
 * issued with it, and an I/O that finds its queue full waits, and all behind it, until a command completes.
 */
import { formatSize } from '../../models/size.ts';
import type { TraceClock } from '../format.ts';
import type { ImportLog } from '../import/import.ts';
import { RowBuffer } from '../row-buffer.ts';
import { CompletionQueue } from './completion-queue.ts';
import type { BlockSettings } from './device-options.ts';
import { DeviceRows, deviceIdentity, TraceTime } from './device-rows.ts';
import { DmaMemory, RealMemory } from './iova-policy.ts';
import { type CommandKind, NvmeController } from './nvme.ts';
import { requireRoom } from './window-room.ts';

/** Bytes of one I/O; what claims more is no I/O. */
export const IO_BYTES_MAX = 2 ** 30;

/** An I/O as a block trace has it. */
export interface BlockIo {
  /** Any name that tells the disks of a trace apart. */
  readonly disk: string;
  /** When it was issued, in ns since the trace's first record. */
  readonly timeNs: number;
  readonly kind: CommandKind;
  /** At most IO_BYTES_MAX. */
  readonly bytes: number;
}

/** Commands of an I/O whose completion the trace will tell. */
interface OpenIo {
  readonly controller: number;
  /** Those that are not complete yet. */
  readonly commands: number[];
}

/** A completion that is in no hurry: the trace will tell it. */
const UNKNOWN_NS = Number.POSITIVE_INFINITY;

export class BlockHost {
  private readonly time: TraceTime;
  private readonly real = new RealMemory();
  private readonly disks = new Map<string, number>();
  private readonly controllers: (NvmeController | undefined)[] = [];
  /** Commands whose completion time is known. */
  private readonly pending = new CompletionQueue();
  /** I/Os whose completion the trace will tell, by a key of the source; the oldest first. */
  private readonly open = new Map<string, OpenIo[]>();
  /** The one of them whose commands are on their way into the queue. */
  private issuing: OpenIo | undefined;

  constructor(
    private readonly rows: RowBuffer,
    private readonly log: ImportLog,
    private readonly settings: BlockSettings,
    clock: TraceClock,
  ) {
    this.time = new TraceTime(clock === 'time');
  }

  /** An I/O that is complete a time after its issue. */
  run(io: BlockIo, latencyNs: number): void {
    this.moveTo(io.timeNs);
    const controller = this.controllerOf(io.disk);
    this.submitAll(io, controller, (command) => {
      this.pending.add({ timeNs: this.time.now + latencyNs, controller, command });
    });
  }

  /** An I/O whose completion the source tells later, under the same key. */
  issue(key: string, io: BlockIo): void {
    this.moveTo(io.timeNs);
    const controller = this.controllerOf(io.disk);
    const issuing: OpenIo = { controller, commands: [] };
    const others = this.open.get(key) ?? [];
    others.push(issuing);
    this.open.set(key, others);
    this.issuing = issuing;
    this.submitAll(io, controller, (command) => issuing.commands.push(command));
    this.issuing = undefined;
  }

  /** The completion of the oldest I/O that was issued under the key. */
  complete(key: string, timeNs: number): void {
    const found = this.takeOpen(key);
    if (!found) {
      this.log.expected('completion of an I/O that is not open');
      return;
    }
    this.moveTo(timeNs);
    for (const command of found.commands) this.controllers[found.controller]?.complete(command);
  }

  /** Completes what has a time for it, and leaves open what the source left open. */
  finish(): void {
    this.completeUntil(Number.MAX_VALUE);
    for (const controller of this.controllers) controller?.finish();
  }

  private moveTo(timeNs: number): void {
    this.completeUntil(timeNs);
    if (!this.time.moveTo(timeNs)) this.assumeTime('time of an event that came too late');
  }

  /** Issues the commands of an I/O, each as soon as there is room for it. */
  private submitAll(io: BlockIo, index: number, take: (command: number) => void): void {
    const controller = this.controllers[index] as NvmeController;
    const { transferBytes } = this.settings;
    const { kind } = io;
    // Only data is cut: a discard or a flush is one command whatever its range.
    const step = kind === 'read' || kind === 'write' ? transferBytes : IO_BYTES_MAX;
    let left = io.bytes;
    do {
      const bytes = Math.min(left, step);
      let command = controller.isFull ? undefined : controller.submit(kind, bytes);
      while (command === undefined && this.completeOne(index)) {
        command = controller.isFull ? undefined : controller.submit(kind, bytes);
      }
      if (command === undefined) {
        this.log.expected('I/O without a bus address for its buffer');
        return;
      }
      take(command);
      left -= bytes;
    } while (left > 0);
  }

  /** Makes room in a controller: what completes next, or what has been open for longest. */
  private completeOne(index: number): boolean {
    const { nextNs } = this.pending;
    if (nextNs < UNKNOWN_NS) {
      this.assumeTime('time of an I/O that found the queue full');
      this.completeUntil(nextNs);
      return true;
    }
    for (const [key, ios] of this.open) {
      const oldest = ios.find((io) => io.controller === index && io.commands.length > 0);
      if (!oldest) continue;
      this.log.assume('completion of an I/O, because the queue was full');
      for (const command of oldest.commands.splice(0)) this.controllers[index]?.complete(command);
      if (oldest !== this.issuing) this.forget(key, ios, oldest);
      return true;
    }
    return false;
  }

  private forget(key: string, ios: OpenIo[], io: OpenIo): void {
    ios.splice(ios.indexOf(io), 1);
    if (ios.length === 0) this.open.delete(key);
  }

  private assumeTime(what: string): void {
    if (this.time.isKnown) this.log.assume(what);
  }

  private completeUntil(timeNs: number): void {
    while (this.pending.nextNs <= timeNs) {
      const done = this.pending.take();
      if (!done) return;
      this.time.moveTo(done.timeNs);
      this.controllers[done.controller]?.complete(done.command);
    }
  }

  private takeOpen(key: string): OpenIo | undefined {
    const ios = this.open.get(key);
    if (!ios) return undefined;
    const [oldest] = ios;
    this.forget(key, ios, oldest);
    return oldest;
  }

  private controllerOf(disk: string): number {
    let number = this.disks.get(disk);
    if (number === undefined) {
      number = this.disks.size;
      this.disks.set(disk, number);
    }
    const index = number % this.settings.controllers;
    this.controllers[index] ??= this.newController(index);
    return index;
  }

  private newController(index: number): NvmeController {
    const { iova, queueEntries, transferBytes } = this.settings;
    const wanted = `queues of ${queueEntries} entries and their buffers of ${formatSize(transferBytes)}`;
    requireRoom(iova, wanted, (tried) => {
      const aside = new DeviceRows(new RowBuffer(), this.time, deviceIdentity(index));
      const memory = new DmaMemory(aside, tried, new RealMemory());
      new NvmeController(aside, memory, queueEntries, transferBytes);
    });
    const rows = new DeviceRows(this.rows, this.time, deviceIdentity(index));
    const memory = new DmaMemory(rows, iova, this.real);
    return new NvmeController(rows, memory, queueEntries, transferBytes);
  }
}
