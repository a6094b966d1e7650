/**
 * One window of a partition's kernel before 6.11 for the random test, and the two who want it: a driver
 * of the host, whose buffers come from the host's memory, and a v1 container, which gets the window only
 * while the driver has nothing mapped in it.
 */
import { expect } from 'vitest';
import { ERA_5_17 } from '../../models/kernel/era.ts';
import { LparFixedGroup } from '../../models/kernel/group/lpar-fixed-group.ts';
import { type DmaFailure, HostDma, PCI_DEVICE } from '../../models/kernel/host-dma/host-dma.ts';
import { HostTable } from '../../models/kernel/host-dma/host-table.ts';
import { IovaPools } from '../../models/kernel/host-dma/iova-pools.ts';
import { parseKernel } from '../../models/kernel/kernel.ts';
import { VfioContainer } from '../../models/kernel/vfio/container.ts';
import type { PhysicalMemory } from '../../models/memory/physical.ts';
import type { DdwNodeState } from '../../models/pseries/ddw-state.ts';
import { qemuEndpoint } from '../../models/pseries/endpoint-presets.ts';
import { type Actor, newActor, realOf } from './random-actor.ts';
import { type BlockLedger, readTable } from './random-ledger.ts';
import type { LparSetting } from './random-lpar-windows.ts';
import { RandomPlayer } from './random-player.ts';

const MiB = 1n << 20n;
const WINDOW_BYTES = 32n * MiB;
const ENTRIES = 8192;
const BUFFERS = 1n << 46n;

/** A buffer of the driver: IO pages, blocks of memory, and how it is undone. */
interface Mapping {
  readonly pages: number;
  readonly blockBytes: bigint;
  undo(): void;
}

export class RandomFixed extends RandomPlayer {
  private readonly memory: PhysicalMemory;
  private readonly ledger: BlockLedger;
  private readonly state: DdwNodeState;
  private readonly group: LparFixedGroup;
  private readonly pools: IovaPools;
  private readonly dma: HostDma;
  private readonly actor: Actor;
  private readonly mappings: Mapping[] = [];
  private container: VfioContainer;
  private isAttached = false;
  private isEnabled = false;
  /** TCEs of the container. */
  private readonly tces = new Map<number, number>();

  constructor(setting: LparSetting, phb: number, random: () => number) {
    super(random);
    const { firmware, platform, memory, ledger, firstActor } = setting;
    this.memory = memory;
    this.ledger = ledger;
    const defaultWindow = { start: 0n, bytes: WINDOW_BYTES };
    this.state = firmware.addEndpoint(qemuEndpoint(phb, { defaultWindow }));
    this.group = new LparFixedGroup(this.state, platform);
    const { table } = this.group.fixedTable;
    const space = { pageShift: 12, entries: ENTRIES, offset: 0, largePoolIsLastResort: true };
    this.pools = new IovaPools(space);
    const kernel = { era: ERA_5_17, basePageShift: 16, allocator: ledger, isMergingOff: false };
    this.dma = new HostDma(new HostTable(table, this.pools, this.group), kernel, PCI_DEVICE);
    this.actor = newActor(firstActor, 16);
    this.container = this.open();
  }

  /** Bytes of the driver's coherent buffers. */
  get blockBytes(): bigint {
    return this.mappings.reduce((sum, { blockBytes }) => sum + blockBytes, 0n);
  }

  /** One call. */
  step(): void {
    const dice = this.random();
    if (dice < 0.2) this.mapForDriver();
    else if (dice < 0.28) this.allocCoherent();
    else if (dice < 0.45) this.undo(1);
    else if (dice < 0.48) this.undo(this.mappings.length);
    else if (dice < 0.6) this.attach();
    else if (dice < 0.65) this.detach();
    else if (dice < 0.66) this.close();
    else if (dice < 0.73) this.switchOn();
    else if (dice < 0.75) this.switchOff();
    else if (dice < 0.9) this.map();
    else this.unmap();
    const { process, books } = this.actor;
    expect(process.locked.lockedBytes, 'locked memory').toBe(books.bytes);
  }

  /** The window holds what one of the two has mapped. */
  check(): void {
    const { table } = this.group.fixedTable;
    const { tces } = readTable(this.memory, Number(table.root), 1, ENTRIES * 8);
    const pages = this.mappings.reduce((sum, mapping) => sum + mapping.pages, 0);
    // The whole map is taken while VFIO has the window; entry 0 is never handed out.
    expect(this.pools.takenEntries).toBe(this.isAttached ? ENTRIES : pages + 1);
    if (this.isAttached) expect(tces).toEqual(this.tces);
    else expect(tces.size, 'TCEs of the driver').toBe(pages);
  }

  end(): void {
    this.close();
    this.undo(this.mappings.length);
    this.check();
    expect(this.actor.process.locked.lockedBytes).toBe(0n);
  }

  private open(): VfioContainer {
    return new VfioContainer('v1', parseKernel('5.17-pseries-64k'), this.actor.process);
  }

  private mapForDriver(): void {
    const bytes = BigInt(1 + this.below(400_000));
    const realAddress = BUFFERS + BigInt(this.below(2 ** 30));
    const use = { direction: 'bidirectional', processor: this.below(8) } as const;
    const result = this.dma.mapPage({ realAddress, bytes }, use);
    this.note('dma_map_page', result.outcome);
    if (this.isAttached) expect(result.outcome, 'a window that VFIO has').toBe('exhausted');
    if (result.outcome !== 'mapped') {
      this.expectSilent(result);
      return;
    }
    const { busAddress } = result;
    const pages = Number(((busAddress % 4096n) + bytes + 4095n) / 4096n);
    const undo = () => expect(this.dma.unmapPage(busAddress, bytes)).toBe(true);
    this.mappings.push({ pages, blockBytes: 0n, undo });
  }

  private allocCoherent(): void {
    const pages = 1n << BigInt(this.below(5));
    const bytes = pages * 65_536n;
    const room = this.ledger.freePages;
    const result = this.dma.allocCoherent(bytes, this.below(8));
    this.note('dma_alloc_coherent', result.outcome);
    if (this.isAttached) expect(result.outcome).not.toBe('mapped');
    if (room < pages) expect(result.outcome).toBe('noMemory');
    if (result.outcome !== 'mapped') {
      this.expectSilent(result);
      return;
    }
    const undo = () => expect(this.dma.freeCoherent({ ...result, bytes })).toBe(true);
    this.mappings.push({ pages: Number(bytes / 4096n), blockBytes: bytes, undo });
  }

  /** A failure of the driver leaves no trace; a hypervisor's table has no level that could be missing. */
  private expectSilent({ outcome }: DmaFailure): void {
    expect(outcome).not.toBe('oops');
  }

  private undo(count: number): void {
    for (let at = 0; at < count && this.mappings.length > 0; at += 1) {
      this.mappings.splice(this.below(this.mappings.length), 1)[0].undo();
    }
  }

  private attach(): void {
    const isInUse = this.mappings.length > 0;
    // The host's map of bus addresses is what the kernel asks.
    if (!this.isAttached) {
      const refusal = this.pools.takeOwnership();
      expect(refusal?.rc).toBe(isInUse ? -16 : undefined);
    }
    this.state.isDefaultInUse = isInUse;
    const { rc } = this.container.attach(this.group);
    this.note('ATTACH', rc);
    expect(rc).toBe(this.isAttached || isInUse ? -16 : 0);
    this.isAttached ||= rc === 0;
  }

  private detach(): void {
    const { rc } = this.container.detach(this.group);
    this.note('DETACH', rc);
    expect(rc).toBe(this.isAttached ? 0 : -19);
    this.leave();
  }

  private close(): void {
    this.container.release();
    this.leave();
    if (this.isEnabled) this.actor.books.refund(WINDOW_BYTES);
    this.isEnabled = false;
    this.container = this.open();
    this.note('CLOSE', 0);
  }

  private leave(): void {
    if (this.isAttached) this.pools.releaseOwnership();
    this.isAttached = false;
    this.tces.clear();
  }

  private switchOn(): void {
    const { rc } = this.container.enable();
    this.note('ENABLE', rc);
    expect(rc).toBe(this.isEnabled ? -16 : this.isAttached ? 0 : -19);
    if (rc !== 0) return;
    this.actor.books.charge(WINDOW_BYTES);
    this.isEnabled = true;
  }

  private switchOff(): void {
    expect(this.container.disable().rc).toBe(0);
    if (this.isEnabled) this.actor.books.refund(WINDOW_BYTES);
    this.isEnabled = false;
    this.note('DISABLE', 0);
  }

  private map(): void {
    const first = this.pick([this.below(ENTRIES), this.below(64), ENTRIES - 4]);
    const pages = this.below(this.random() < 0.1 ? 2200 : 30);
    const run = this.pick(this.actor.runs);
    const from = run.start + BigInt(this.below(Number(run.bytes >> 12n))) * 4096n;
    const write = this.random() < 0.7;
    const range = { busAddress: BigInt(first) * 4096n, bytes: BigInt(pages) * 4096n };
    const { rc } = this.container.map({ ...range, processAddress: from, read: true, write });
    this.note('MAP', rc);
    const problem = this.callProblem();
    if (problem !== undefined) {
      expect(rc).toBe(problem);
      return;
    }
    // All or none: what was reached in front of a failure is cleared.
    let reached = 0;
    const real = (page: number) => realOf(this.actor, from + BigInt(page) * 4096n);
    while (reached < pages && first + reached < ENTRIES && real(reached) !== undefined)
      reached += 1;
    for (let page = 0; page < reached; page += 1) {
      if (rc === 0) this.tces.set(first + page, Number(real(page)) + (write ? 3 : 1));
      else this.tces.delete(first + page);
    }
    const isMissing = reached < pages && real(reached) === undefined;
    expect(rc).toBe(reached === pages ? 0 : isMissing ? -14 : -4);
  }

  private unmap(): void {
    const first = this.below(ENTRIES);
    const pages = this.below(ENTRIES);
    const { rc } = this.container.unmap(BigInt(first) * 4096n, BigInt(pages) * 4096n);
    this.note('UNMAP', rc);
    expect(rc).toBe(this.callProblem() ?? 0);
    if (rc !== 0) return;
    for (let page = 0; page < pages; page += 1) this.tces.delete(first + page);
  }

  private callProblem(): number | undefined {
    if (!this.isEnabled) return -1;
    return this.isAttached ? undefined : -6;
  }
}
