/**
 * Hypercalls and RTAS calls of a partition for the random test, and what they must do: a map of TCEs for
 * each open window, compared with the hypervisor's tables after every call.
 */
import { expect } from 'vitest';
import { allocateMemory, PhysicalMemory } from '../../models/memory/physical.ts';
import type { DdwEndpoint, EndpointSpec } from '../../models/pseries/ddw-endpoint.ts';
import type { DdwRules } from '../../models/pseries/ddw-rules.ts';
import { H_PARAMETER, H_SUCCESS } from '../../models/pseries/hcall.ts';
import type { HcallRules } from '../../models/pseries/hcall-rules.ts';
import { Hypervisor } from '../../models/pseries/hypervisor.ts';
import { type DdwCall, DdwFirmware } from '../../models/pseries/rtas-ddw.ts';
import { TableMemory } from '../../models/pseries/table-memory.ts';
import { RandomPlayer } from './random-player.ts';

const MiB = 1n << 20n;
/** Where the partition's kernel writes its lists. */
const LIST = 0x10_0000n;

/** An open window as the partition knows it. */
interface Known {
  readonly start: bigint;
  readonly pageShift: number;
  readonly entries: number;
  readonly tces: Map<number, bigint>;
}

export class RandomPartition extends RandomPlayer {
  private readonly guestMemory = new PhysicalMemory(allocateMemory(2 ** 20));
  private readonly tables = new TableMemory(1n << 45n, 24n * MiB);
  private readonly hypervisor: Hypervisor;
  private readonly firmware: DdwFirmware;
  private readonly endpoints: DdwEndpoint[];
  private readonly rules: HcallRules;
  private known = new Map<number, Known>();

  constructor(
    rules: { readonly hcalls: HcallRules; readonly ddw: DdwRules },
    specs: readonly EndpointSpec[],
    random: () => number,
  ) {
    super(random);
    const memory = new PhysicalMemory(allocateMemory(64 * 2 ** 20));
    const { tables, guestMemory } = this;
    this.hypervisor = new Hypervisor({ memory, tables, guestMemory }, rules.hcalls);
    this.firmware = new DdwFirmware(this.hypervisor, rules.ddw);
    this.endpoints = specs.map((spec) => this.firmware.addEndpoint(spec));
    this.rules = rules.hcalls;
    this.learnWindows();
  }

  /** One call. */
  step(): void {
    const dice = this.random();
    if (dice < 0.3) this.put();
    else if (dice < 0.5) this.stuff();
    else if (dice < 0.7) this.putList();
    else if (dice < 0.85) this.get();
    else this.rtas();
    const used = [...this.known.values()].reduce(
      (sum, { entries }) => sum + Math.max(entries, 512),
      0,
    );
    expect(this.tables.usedBytes, 'memory of the tables').toBe(BigInt(used * 8));
  }

  /** Every TCE of every window. */
  check(): void {
    for (const [liobn, { tces, entries }] of this.known) {
      const table = this.hypervisor.table(liobn)?.tces;
      const found = new Map<number, bigint>();
      for (let entry = 0; entry < entries; entry += 1) {
        const tce = table?.get(entry) ?? 0n;
        if (tce !== 0n) found.set(entry, tce);
      }
      expect(found, `TCEs of LIOBN 0x${liobn.toString(16)}`).toEqual(tces);
    }
  }

  private put(): void {
    const { liobn, bus } = this.place();
    const tce = this.tce();
    const code = this.hypervisor.putTce(liobn, bus, tce);
    const entry = this.entryOf(liobn, bus);
    this.expectCode('H_PUT_TCE', code, entry === undefined ? H_PARAMETER : H_SUCCESS);
    if (entry !== undefined) this.store(liobn, entry, tce);
  }

  private stuff(): void {
    const { liobn, bus } = this.place();
    const tce = this.random() < 0.5 ? 0n : this.tce();
    const count = this.below(this.random() < 0.9 ? 600 : 300_000);
    const code = this.hypervisor.stuffTce(liobn, bus, tce, count);
    const window = this.known.get(liobn);
    const { value } = this.rules.stuffMax;
    const isTooLong = count > (value === 'table' ? (window?.entries ?? 0) : value);
    if (window === undefined || isTooLong || this.isRefused(window, bus)) {
      this.expectCode('H_STUFF_TCE', code, H_PARAMETER);
    } else if (count === 0) {
      this.expectCode('H_STUFF_TCE', code, this.rules.emptyCall.value);
    } else {
      const stored = this.storeRun(liobn, bus, count, () => tce);
      this.expectCode('H_STUFF_TCE', code, stored === count ? H_SUCCESS : H_PARAMETER);
    }
  }

  private putList(): void {
    const { liobn, bus } = this.place();
    const count = this.below(this.random() < 0.9 ? 513 : 600);
    const list = LIST + (this.random() < 0.05 ? 8n : 0n);
    const values = Array.from({ length: Math.min(count, 512) }, () => this.tce());
    for (const [at, value] of values.entries())
      this.guestMemory.write(LIST + BigInt(at * 8), value);
    const code = this.hypervisor.putTceIndirect(liobn, bus, list, count);
    const window = this.known.get(liobn);
    if (window === undefined || count > 512 || list !== LIST || this.isRefused(window, bus)) {
      this.expectCode('H_PUT_TCE_INDIRECT', code, H_PARAMETER);
    } else if (count === 0) {
      this.expectCode('H_PUT_TCE_INDIRECT', code, this.rules.emptyCall.value);
    } else {
      const stored = this.storeRun(liobn, bus, count, (at) => values[at]);
      this.expectCode('H_PUT_TCE_INDIRECT', code, stored === count ? H_SUCCESS : H_PARAMETER);
    }
  }

  private get(): void {
    const { liobn, bus } = this.place();
    const answer = this.hypervisor.getTce(liobn, bus);
    const entry = this.entryOf(liobn, bus);
    this.expectCode('H_GET_TCE', answer.code, entry === undefined ? H_PARAMETER : H_SUCCESS);
    const tce = entry === undefined ? 0n : (this.known.get(liobn)?.tces.get(entry) ?? 0n);
    expect(answer.tce).toBe(tce);
  }

  /** A window made or removed, all of them reset, a query; sometimes with cells too few. */
  private rtas(): void {
    const { spec } = this.pick(this.endpoints);
    const cells = [spec.configAddress, Number(spec.buid >> 32n), Number(spec.buid & 0xffff_ffffn)];
    const pageShift = this.pick([12, 16, 21, 24]);
    const calls: readonly (readonly [DdwCall, number[], number])[] = [
      ['ibm,query-pe-dma-windows', cells, 5],
      ['ibm,create-pe-dma-window', [...cells, pageShift, pageShift + this.below(22)], 4],
      ['ibm,create-pe-dma-window', [...cells, pageShift, pageShift + this.below(12)], 4],
      ['ibm,remove-pe-dma-window', [this.pick([...spec.liobns, 77])], 1],
      ['ibm,reset-pe-dma-windows', cells, 1],
    ];
    const [name, inputs, outputs] = this.pick(calls);
    const isCut = this.random() < 0.1;
    const answer = this.firmware.call(name, isCut ? inputs.slice(1) : inputs, outputs);
    this.count(`${name} ${answer[0]}`);
    if (isCut) expect(answer[0]).toBe(-3);
    const before = new Set(this.known.keys());
    // A reset makes windows anew even where their numbers stay.
    if (answer[0] === 0 && name.includes('reset')) {
      for (const liobn of spec.liobns) this.known.delete(liobn);
    }
    this.learnWindows();
    if (answer[0] !== 0 || name.includes('query')) {
      expect(new Set(this.known.keys()), `${name} changed nothing`).toEqual(before);
    } else if (name.includes('create')) {
      expect(before.has(answer[1]), 'a LIOBN that was free').toBe(false);
      expect(this.known.get(answer[1])?.entries).toBe(2 ** (inputs[4] - inputs[3]));
    } else if (name.includes('reset')) {
      expect(spec.liobns.filter((liobn) => this.known.has(liobn))).toEqual([spec.liobns[0]]);
    }
  }

  /** Enters windows that are new, strikes out those that are gone. */
  private learnWindows(): void {
    const open = new Map<number, Known>();
    for (const { window, entries } of this.endpoints.flatMap(({ windows }) => windows)) {
      const { liobn, start, pageShift } = window;
      const known = this.known.get(liobn);
      const isSame =
        known?.start === start && known.pageShift === pageShift && known.entries === entries;
      open.set(liobn, isSame ? known : { start, pageShift, entries, tces: new Map() });
    }
    this.known = open;
  }

  private storeRun(
    liobn: number,
    bus: bigint,
    count: number,
    tceAt: (at: number) => bigint,
  ): number {
    const first = this.entryOf(liobn, bus);
    const window = this.known.get(liobn);
    if (first === undefined || window === undefined) return 0;
    const held = Math.min(count, window.entries - first);
    for (let at = 0; at < held; at += 1) this.store(liobn, first + at, tceAt(at));
    return held;
  }

  private store(liobn: number, entry: number, tce: bigint): void {
    const tces = this.known.get(liobn)?.tces;
    if (tce === 0n) tces?.delete(entry);
    else tces?.set(entry, tce);
  }

  private entryOf(liobn: number, bus: bigint): number | undefined {
    const window = this.known.get(liobn);
    if (window === undefined || this.isRefused(window, bus) || bus < window.start) return undefined;
    const entry = Number((bus - window.start) >> BigInt(window.pageShift));
    return entry < window.entries ? entry : undefined;
  }

  private isRefused({ pageShift }: Known, bus: bigint): boolean {
    const isMisaligned = (bus & ((1n << BigInt(pageShift)) - 1n)) !== 0n;
    return isMisaligned && this.rules.misalignedAddress.value === 'refused';
  }

  /** A window mostly, and an address in it, at its end or just behind. */
  private place(): { liobn: number; bus: bigint } {
    const windows = [...this.known];
    if (windows.length === 0 || this.random() < 0.05) return { liobn: 77, bus: 0n };
    const [liobn, { start, pageShift, entries }] = this.pick(windows);
    const entry = this.pick([this.below(entries), this.below(entries), entries - 1, entries, 0]);
    const skew = this.random() < 0.1 ? 40n : 0n;
    return { liobn, bus: start + (BigInt(entry) << BigInt(pageShift)) + skew };
  }

  private tce(): bigint {
    return (BigInt(this.below(2 ** 30)) << 12n) | BigInt(this.below(4));
  }

  private expectCode(call: string, code: number, wanted: number): void {
    this.count(`${call} ${code}`);
    expect(code, call).toBe(wanted);
  }
}
