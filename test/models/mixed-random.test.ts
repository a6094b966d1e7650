/** Everything at once on the memory of one machine: nobody may touch what is another's. */
import { expect, test } from 'vitest';
import { ERA_6_12 } from '../../models/kernel/era.ts';
import { qemuEndpoint } from '../../models/pseries/endpoint-presets.ts';
import { GUEST_6_15 } from '../../models/pseries/guest-era.ts';
import { PartitionPlatform, QEMU_PLATFORM } from '../../models/pseries/platform.ts';
import { newMemory } from './pseries-host.ts';
import { RandomCalls } from './random-calls.ts';
import { RandomDdw } from './random-ddw.ts';
import { FirmwareRecord } from './random-firmware.ts';
import { RandomFixed } from './random-fixed.ts';
import { RandomHost } from './random-host.ts';
import { RandomKvm } from './random-kvm.ts';
import { RandomLpar } from './random-lpar.ts';
import {
  addTally,
  type Player,
  randomOf,
  randomRuns,
  seedOf,
  withSeed,
} from './random-settings.ts';

const RUNS = randomRuns();
const CALLS = 10_000;
const CALLS_BETWEEN_CHECKS = 1000;
const CALLS_BETWEEN_BOOTS = 1000;

/** One machine: VFIO, a driver and two guests of KVM on bare metal, and partitions beside them. */
class Machine {
  readonly log: string[] = [];
  readonly tally = new Map<string, number>();
  private readonly random: () => number;
  private readonly host = new RandomHost(ERA_6_12, 16);
  private readonly calls: RandomCalls;
  private readonly guests: readonly RandomKvm[];
  private readonly setting;
  private readonly fixed: RandomFixed;
  private lpar: RandomLpar;
  private ddw: RandomDdw;
  private phbs = 1;

  constructor(random: () => number) {
    const { memory, ledger, actors } = this.host;
    this.random = random;
    this.calls = new RandomCalls(this.host, random);
    this.guests = actors.map((actor) => new RandomKvm(this.host, actor, random));
    const platform = new PartitionPlatform(QEMU_PLATFORM, memory, newMemory(1));
    const firmware = new FirmwareRecord(platform, random);
    const manners = { stuffMax: Number.POSITIVE_INFINITY, takesEmptyCalls: false };
    this.setting = { platform, firmware, memory, ledger, manners, firstActor: 2n };
    this.fixed = new RandomFixed({ ...this.setting, firstActor: 4n }, 0, random);
    this.lpar = this.startLpar();
    this.ddw = this.startDdw();
  }

  /** One call of anybody. */
  step(): void {
    const player = this.anybody();
    try {
      player.step();
    } finally {
      this.log.push(...player.log.splice(0));
    }
  }

  /** All memory is somebody's or free, and everybody's tables hold what they should. */
  check(): void {
    this.calls.check(this.lpar.blockBytes + this.fixed.blockBytes);
    for (const player of [...this.guests, this.fixed, this.lpar, this.ddw]) player.check();
  }

  /** The partitions stop, and others start with endpoints of their own. */
  reboot(): void {
    for (const player of [this.lpar, this.ddw]) this.stop(player);
    this.lpar = this.startLpar();
    this.ddw = this.startDdw();
  }

  end(): void {
    for (const player of [...this.guests, this.fixed, this.lpar, this.ddw]) this.stop(player);
    this.calls.end();
    addTally(this.tally, this.calls.tally);
  }

  private stop(player: Player): void {
    player.end();
    addTally(this.tally, player.tally);
  }

  private anybody(): { readonly log: string[]; step(): void } {
    const dice = this.random();
    if (dice < 0.35) return this.calls;
    if (dice < 0.6) return this.guests[dice < 0.48 ? 0 : 1];
    if (dice < 0.8) return this.lpar;
    return dice < 0.9 ? this.fixed : this.ddw;
  }

  private startLpar(): RandomLpar {
    const specs = [0, 1, 2].map(() => qemuEndpoint(this.nextPhb()));
    return new RandomLpar(this.setting, specs, this.random);
  }

  private startDdw(): RandomDdw {
    const specs = [0, 1].map(() => qemuEndpoint(this.nextPhb()));
    return new RandomDdw(this.setting, GUEST_6_15, specs, this.random);
  }

  private nextPhb(): number {
    this.phbs += 1;
    return this.phbs;
  }
}

test(
  '10,000 calls of all interfaces on one memory leave it, charges and tables consistent',
  () => {
    for (let run = 0; run < RUNS; run += 1) {
      const seed = seedOf('everything at once', run);
      const machine = new Machine(randomOf(seed));
      withSeed(seed, machine.log, () => {
        for (let call = 1; call <= CALLS; call += 1) {
          machine.step();
          if (call % CALLS_BETWEEN_CHECKS === 0) machine.check();
          if (call % CALLS_BETWEEN_BOOTS === 0) machine.reboot();
        }
        machine.end();
      });
      const made = [
        'CREATE 0',
        'MAP 0',
        'REMOVE 0',
        'H_PUT_TCE 0',
        'dma_map_page mapped',
        'add true',
      ];
      for (const call of made) expect(machine.tally.get(call) ?? 0, call).toBeGreaterThan(50);
      // Calls that fail for want of memory, of firmware's favour, and of a leaf half way.
      for (const call of ['MAP -12', 'CREATE -12', 'CREATE -19', 'H_PUT_TCE_INDIRECT 9999']) {
        expect(machine.tally.get(call) ?? 0, call).toBeGreaterThan(10);
      }
    }
  },
  60_000 * RUNS,
);
