/**
 * A partition's kernel that makes windows for its drivers while memory comes and goes, for the random
 * test: firmware and hypervisor fail at times, and every window must hold what the kernel's rules say.
 */
import { expect } from 'vitest';
import type { PhysicalMemory } from '../../models/memory/physical.ts';
import type { EndpointSpec } from '../../models/pseries/ddw-endpoint.ts';
import type { DdwNodeState, EnabledWindow, Partition } from '../../models/pseries/ddw-state.ts';
import type { MemoryRun } from '../../models/pseries/direct-map.ts';
import { GuestDdw } from '../../models/pseries/enable-ddw.ts';
import type { GuestDdwFacts } from '../../models/pseries/guest-era.ts';
import type { HcallCode } from '../../models/pseries/hcall.ts';
import type { PartitionPlatform } from '../../models/pseries/platform.ts';
import type { FirmwareRecord } from './random-firmware.ts';
import { readTable } from './random-ledger.ts';
import { RandomPlayer } from './random-player.ts';

const MiB = 1n << 20n;
const MEMORY_MAX = 256n * MiB;
const LIST_ENTRIES = 512;
const H_HARDWARE: HcallCode = -1;

/** How a hypervisor answers what kernels of a partition do. */
export interface DdwManners {
  /** TCEs of one H_STUFF_TCE; infinite: as many as the table has. */
  readonly stuffMax: number;
  /** Whether a call for no TCE at all succeeds. */
  readonly takesEmptyCalls: boolean;
}

/** Where the partition runs. */
export interface DdwSetting {
  readonly platform: PartitionPlatform;
  readonly firmware: FirmwareRecord;
  readonly memory: PhysicalMemory;
  readonly manners: DdwManners;
}

interface Node {
  readonly spec: EndpointSpec;
  readonly state: DdwNodeState;
  /** What must stand in the node's window. */
  readonly tces: Map<number, number>;
}

export class RandomDdw extends RandomPlayer {
  private readonly setting: DdwSetting;
  private readonly facts: GuestDdwFacts;
  private readonly nodes: Node[] = [];
  private readonly runs: MemoryRun[] = [{ start: 0n, bytes: 96n * MiB }];
  private readonly partition: Partition;
  private readonly guest: GuestDdw;
  private readonly hasIndirect: boolean;
  private failureRate = 0;
  /** Whether each list of the current call was let through, in order. */
  private lists: boolean[] = [];

  constructor(
    setting: DdwSetting,
    facts: GuestDdwFacts,
    specs: readonly EndpointSpec[],
    random: () => number,
  ) {
    super(random);
    this.setting = setting;
    this.facts = facts;
    this.hasIndirect = random() < 0.8;
    const { hypervisor, firmware, guestMemory } = setting.platform;
    const putList = hypervisor.putTceIndirect.bind(hypervisor);
    hypervisor.putTceIndirect = (...call) => {
      const isThrough = this.random() >= this.failureRate;
      this.lists.push(isThrough);
      return isThrough ? putList(...call) : H_HARDWARE;
    };
    const addressBitsMax = random() < 0.5 ? 36 : 30;
    const memory = { bytesMax: MEMORY_MAX, hasPmem: random() < 0.5, addressBitsMax };
    const mmio32 = { start: 0x8000_0000n, end: 0xffff_ffffn };
    this.partition = { memory, runs: [...this.runs], mmio32 };
    const caller = { hypervisor, guestMemory, listPage: 0x1_0000n, hasIndirect: this.hasIndirect };
    this.guest = new GuestDdw(facts, this.partition, { firmware, caller });
    for (const spec of specs) {
      const state = setting.firmware.addEndpoint(spec);
      state.isDefaultInUse = random() < 0.2;
      this.guest.addNode(state);
      this.nodes.push({ spec, state, tces: new Map() });
    }
  }

  /** One call. */
  step(): void {
    const { firmware } = this.setting;
    firmware.failureRate = 0.12;
    this.failureRate = 0.02;
    this.lists = [];
    const dice = this.random();
    if (dice < 0.25) this.enable();
    else if (dice < 0.65) this.add();
    else this.remove();
    firmware.failureRate = 0;
    this.failureRate = 0;
    expect([...this.partition.runs].sort(byStart)).toEqual([...this.runs].sort(byStart));
  }

  /** Every TCE of every window, and which windows are open. */
  check(): void {
    const { firmware, platform, memory } = this.setting;
    firmware.check();
    for (const { spec, state, tces } of this.nodes) {
      const { window } = state;
      const open = firmware.openOf(spec).filter((liobn) => !firmware.orphans.has(liobn));
      if (window === undefined) {
        expect(open.slice(1), 'windows of nobody').toEqual([]);
        continue;
      }
      const { liobn, pageShift, windowShift } = window.property;
      const table = platform.hypervisor.table(liobn);
      const bytes = Math.max(2 ** (windowShift - pageShift + 3), 4096);
      expect(open).toContain(liobn);
      expect(open).toHaveLength(state.defaultWindow === undefined ? 1 : 2);
      const found = readTable(memory, Number(table?.tces.root), 1, bytes);
      expect(found.tces, `TCEs of LIOBN 0x${liobn.toString(16)}`).toEqual(tces);
    }
  }

  /** The partition stops: firmware takes back every window but the default ones. */
  end(): void {
    const { platform, firmware } = this.setting;
    for (const { spec } of this.nodes) {
      const { configAddress, buid } = spec;
      const cells = [configAddress, Number(buid >> 32n), Number(buid % 2n ** 32n)];
      if (spec.hasDdw) platform.firmware.call('ibm,reset-pe-dma-windows', cells, 1);
      expect(firmware.openOf(spec)).toEqual([spec.liobns[0]]);
    }
    firmware.check();
  }

  private enable(): void {
    const node = this.pick(this.nodes);
    const { state, spec } = node;
    const { firmware } = this.setting;
    const mask = this.pick([32, 40, 48, 63, 64, 64, 64, 64]);
    const before = { window: state.window, isFailed: state.isFailed };
    const { calls, cleanupFailures } = firmware;
    const answer = this.guest.enable(state, mask);
    this.tell(`enable_ddw ${answer.serves}`, `${mask}: ${answer.steps.at(-1)?.outcome}`);
    const isWide = this.facts.hasLimitedAddressing ? mask > 32 : mask === 64;
    if (!isWide || before.window !== undefined || before.isFailed) {
      expect(firmware.calls, 'calls for a node that is settled').toBe(calls);
      expect({ window: state.window, isFailed: state.isFailed }).toEqual(before);
      return;
    }
    expect(answer.window).toBe(state.window);
    expect(state.isFailed, 'on the list of failures').toBe(state.window === undefined);
    if (state.window !== undefined) this.enterWindow(node, state.window, mask);
    else if (firmware.cleanupFailures === cleanupFailures) {
      expect(firmware.openOf(spec), 'what a failure leaves').toEqual([spec.liobns[0]]);
    }
  }

  /** A new window: its page and size by the rules, and the memory that is mapped in it. */
  private enterWindow({ spec, tces }: Node, window: EnabledWindow, mask: number): void {
    const { pageShift, windowShift } = window.property;
    const known = this.facts.name === '5.8' ? [12, 16, 24] : [12, 16, 21, 24, 28];
    expect(pageShift).toBe(Math.max(...spec.pageShifts.filter((shift) => known.includes(shift))));
    expect(2n ** BigInt(windowShift - pageShift)).toBeLessThanOrEqual(spec.tceBudget);
    if (mask < 64) expect(windowShift).toBeLessThanOrEqual(mask);
    tces.clear();
    if (!window.plan.isDirect) return;
    expect(2n ** BigInt(windowShift)).toBeGreaterThanOrEqual(MEMORY_MAX);
    for (const run of this.runs) expect(this.mapRun(tces, window, run), 'all is mapped').toBe(true);
    if (this.hasIndirect) expect(this.lists, 'lists nobody asked for').toEqual([]);
  }

  private add(): void {
    const size = this.pick([16n * MiB, 16n * MiB, 32n * MiB, 3n * MiB, MiB, 64n * 1024n]);
    const start = BigInt(this.below(Number((MEMORY_MAX + 32n * MiB) / size))) * size;
    const run = { start, bytes: size };
    const isThere = this.runs.some(
      (each) => each.start < start + size && start < each.start + each.bytes,
    );
    if (isThere) return;
    const { isAccepted } = this.guest.addMemory(run);
    const mapped = this.windowsOf(run).map(({ tces, window }) => this.mapRun(tces, window, run));
    this.tell(`add ${isAccepted}`, `${start} ${size}`);
    expect(isAccepted).toBe(mapped.every((isMapped) => isMapped));
    if (isAccepted) this.runs.push(run);
  }

  private remove(): void {
    const at = 1 + this.below(Math.max(this.runs.length - 1, 1));
    const [run] = this.runs.splice(at, 1);
    if (run === undefined) return;
    const { isAccepted } = this.guest.removeMemory(run);
    const cleared = this.windowsOf(run).map(({ tces, window }) => this.clearRun(tces, window, run));
    this.tell(`remove ${isAccepted}`, `${run.start} ${run.bytes}`);
    expect(isAccepted).toBe(cleared.every((isCleared) => isCleared));
  }

  /** Windows that memory is mapped in when it comes. */
  private windowsOf({ start }: MemoryRun) {
    const isEvery = ['5.8', '5.17'].includes(this.facts.name);
    return this.nodes.flatMap(({ state: { window }, tces }) => {
      const isMapped = isEvery || (window?.plan.isDirect && start < MEMORY_MAX);
      return window !== undefined && isMapped ? [{ window, tces }] : [];
    });
  }

  /** What mapping a run does to a window; false where a call fails. */
  private mapRun(tces: Map<number, number>, { property }: EnabledWindow, run: MemoryRun): boolean {
    const { entries, first, count, pageBytes } = pagesOf(property, run);
    if (!this.hasIndirect) {
      const whole = Number(run.bytes / BigInt(pageBytes));
      for (let entry = first; entry < Math.min(first + whole, entries); entry += 1) {
        tces.set(entry, entry * pageBytes + 3);
      }
      return true;
    }
    if (count === 0) return this.lists.shift() === true && this.setting.manners.takesEmptyCalls;
    for (let done = 0; done < count; done += LIST_ENTRIES) {
      if (this.lists.shift() !== true) return false;
      for (
        let entry = first + done;
        entry < first + Math.min(done + LIST_ENTRIES, count);
        entry += 1
      ) {
        if (entry >= entries) return false;
        tces.set(entry, entry * pageBytes + 3);
      }
    }
    return true;
  }

  private clearRun(
    tces: Map<number, number>,
    { property }: EnabledWindow,
    run: MemoryRun,
  ): boolean {
    const { entries, first, count } = pagesOf(property, run);
    const { stuffMax, takesEmptyCalls } = this.setting.manners;
    if (count === 0) return takesEmptyCalls;
    const step = ['5.8', '5.17'].includes(this.facts.name) ? count : 512;
    for (let done = 0; done < count; done += step) {
      const size = Math.min(step, count - done);
      if (size > Math.min(stuffMax, stuffMax === 512 ? 512 : entries)) return false;
      for (let entry = first + done; entry < first + done + size; entry += 1) {
        if (entry >= entries) return false;
        tces.delete(entry);
      }
    }
    return true;
  }

  private tell(call: string, what: string): void {
    this.log.push(`${call} ${what}`);
    this.count(call);
  }
}

/** The IO pages of a run, by the kernel's count: its start is rounded down, and so is its end. */
function pagesOf(
  { pageShift, windowShift }: { pageShift: number; windowShift: number },
  run: MemoryRun,
) {
  const pageBytes = 2 ** pageShift;
  const first = Math.floor(Number(run.start) / pageBytes);
  const end = Math.floor(Number(run.start + run.bytes) / pageBytes);
  const count = end - first;
  return { entries: 2 ** (windowShift - pageShift), first, count, pageBytes };
}

function byStart(one: MemoryRun, other: MemoryRun): number {
  return one.start < other.start ? -1 : 1;
}
