/**
 * Firmware that fails at times, and a record of its own of the windows that are open: from the calls and
 * their answers and LoPAR's rules, not from the firmware's tables.
 */
import { expect } from 'vitest';
import type { EndpointSpec } from '../../models/pseries/ddw-endpoint.ts';
import type { PartitionPlatform } from '../../models/pseries/platform.ts';
import type { DdwCall } from '../../models/pseries/rtas-ddw.ts';

/** An open window: TCEs, and log2 of the page. */
interface OpenWindow {
  readonly entries: number;
  readonly pageShift: number;
}

/** RTAS: hardware error, parameter error, and two ways to say "busy". */
const FAILURES = [-1, -3];
const BUSY = [-2, 9902];

export class FirmwareRecord {
  /** Chance of an injected failure of a call. */
  failureRate = 0;
  /** Calls so far. */
  calls = 0;
  /** Calls that were to take a window away or to bring the default one back, and were made to fail. */
  cleanupFailures = 0;
  /** Windows whose removal failed: open, and nobody's. */
  readonly orphans = new Set<number>();
  private readonly open = new Map<number, OpenWindow>();
  private readonly specs: EndpointSpec[] = [];

  constructor(
    private readonly platform: PartitionPlatform,
    private readonly random: () => number,
  ) {
    const { firmware } = platform;
    const carryOut = firmware.call.bind(firmware);
    firmware.call = (name, inputs, outputCount) => {
      this.calls += 1;
      const failure = this.failureOf(name);
      if (failure !== undefined) {
        if (failure < 0 && failure !== -2 && name.includes('remove')) this.orphans.add(inputs[0]);
        return Array.from({ length: outputCount }, (_, cell) => (cell === 0 ? failure : 0));
      }
      const answer = carryOut(name, inputs, outputCount);
      if (answer[0] === 0) this.enter(name, inputs, answer);
      return answer;
    };
  }

  /** An endpoint that the partition is given; what its kernel finds of it. */
  addEndpoint(spec: EndpointSpec) {
    this.specs.push(spec);
    this.openDefault(spec);
    return this.platform.addEndpoint(spec);
  }

  /** LIOBNs that are open for an endpoint. */
  openOf({ liobns }: EndpointSpec): number[] {
    return liobns.filter((liobn) => this.open.has(liobn));
  }

  /** The hypervisor's tables are the windows of this record, and as large. */
  check(): void {
    for (const { liobns } of this.specs) {
      for (const liobn of liobns) {
        const table = this.platform.hypervisor.table(liobn);
        const found = table && { entries: table.entries, pageShift: table.window.pageShift };
        expect(found, `LIOBN 0x${liobn.toString(16)}`).toEqual(this.open.get(liobn));
      }
    }
  }

  private failureOf(name: DdwCall): number | undefined {
    if (this.random() >= this.failureRate) return undefined;
    if (name.includes('remove') || name.includes('reset')) this.cleanupFailures += 1;
    const kinds = name.includes('create') ? [...FAILURES, ...BUSY] : FAILURES;
    return kinds[Math.floor(this.random() * kinds.length)];
  }

  private enter(name: DdwCall, inputs: readonly number[], answer: readonly number[]): void {
    const owner = this.specs.find(({ buid, liobns }) =>
      name.includes('remove')
        ? liobns.includes(inputs[0])
        : buid === BigInt(inputs[1]) * 2n ** 32n + BigInt(inputs[2]),
    );
    if (owner === undefined) throw new Error(`${name} of an endpoint that is not there`);
    if (name.includes('create')) {
      expect(this.open.has(answer[1]), 'a LIOBN that was free').toBe(false);
      expect(owner.liobns).toContain(answer[1]);
      this.open.set(answer[1], { entries: 2 ** (inputs[4] - inputs[3]), pageShift: inputs[3] });
    }
    if (name.includes('reset')) this.openDefault(owner);
    if (!name.includes('remove')) return;
    const { entries, pageShift } = this.open.get(inputs[0]) as OpenWindow;
    const wasDefault = pageShift === 12 && inputs[0] === owner.liobns[0];
    const isDefault = wasDefault && BigInt(entries) === owner.defaultWindow.bytes / 4096n;
    this.open.delete(inputs[0]);
    this.orphans.delete(inputs[0]);
    // The default window comes back with the removal of the last other one.
    if (this.openOf(owner).length === 0 && !isDefault) this.openDefault(owner);
  }

  private openDefault({ liobns, defaultWindow }: EndpointSpec): void {
    for (const liobn of liobns) {
      this.open.delete(liobn);
      this.orphans.delete(liobn);
    }
    this.open.set(liobns[0], { entries: Number(defaultWindow.bytes / 4096n), pageShift: 12 });
  }
}
