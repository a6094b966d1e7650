import { describe, expect, test } from 'vitest';
import { Buddy } from '../../models/memory/buddy.ts';
import type { EndpointSpec } from '../../models/pseries/ddw-endpoint.ts';
import {
  powervmEndpoint,
  qemuEndpoint,
  virtualFunction,
} from '../../models/pseries/endpoint-presets.ts';
import { GUEST_5_8, GUEST_5_17, GUEST_6_11, GUEST_6_15 } from '../../models/pseries/guest-era.ts';
import {
  PartitionPlatform,
  type PlatformRules,
  POWERVM_PLATFORM,
  QEMU_PLATFORM,
} from '../../models/pseries/platform.ts';
import { newMemory } from './pseries-host.ts';
import { type DdwManners, RandomDdw } from './random-ddw.ts';
import { FirmwareRecord } from './random-firmware.ts';
import { RandomFixed } from './random-fixed.ts';
import { BlockLedger } from './random-ledger.ts';
import { RandomLpar } from './random-lpar.ts';
import {
  addTally,
  type Player,
  randomOf,
  randomRuns,
  seedOf,
  withSeed,
} from './random-settings.ts';

const GiB = 1n << 30n;
const RUNS = randomRuns();
/** Partitions are started anew: a node that failed once makes no window any more. */
const BOOTS = 8 * RUNS;

/** A partition with 32 MiB for arrays and buffers. */
function boot(rules: PlatformRules, seed: string) {
  const random = randomOf(seed);
  const memory = newMemory(64);
  const platform = new PartitionPlatform(rules, memory, newMemory(1));
  const firmware = new FirmwareRecord(platform, random);
  const ledger = new BlockLedger(
    new Buddy({ pageShift: 16, base: 1n << 40n, ramBytes: GiB / 32n }),
  );
  return { random, platform, firmware, memory, ledger, firstActor: 0n };
}

function play(
  seed: string,
  calls: number,
  player: Player & { readonly blockBytes?: bigint },
  ledger: BlockLedger,
): void {
  withSeed(seed, player.log, () => {
    for (let call = 0; call < calls; call += 1) {
      player.step();
      if (call % 20 !== 0) continue;
      player.check();
      expect(ledger.liveBytes, 'memory in use').toBe(player.blockBytes ?? 0n);
    }
    player.check();
    player.end();
    expect(ledger.live.size, 'blocks left behind').toBe(0);
  });
}

function expectCalls(tally: ReadonlyMap<string, number>, least: Readonly<Record<string, number>>) {
  for (const [call, count] of Object.entries(least)) {
    expect(tally.get(call) ?? 0, call).toBeGreaterThanOrEqual(count);
  }
}

describe('4,800 calls of VFIO in partitions whose firmware fails keep charges, TCEs and windows', () => {
  const HOSTS: Record<string, readonly [PlatformRules, readonly EndpointSpec[]]> = {
    QEMU: [QEMU_PLATFORM, [qemuEndpoint(0), qemuEndpoint(1), qemuEndpoint(2)]],
    PowerVM: [
      POWERVM_PLATFORM,
      [powervmEndpoint(0, 8n * GiB), powervmEndpoint(1, GiB), virtualFunction(2)],
    ],
  };
  for (const [name, [rules, specs]] of Object.entries(HOSTS)) {
    test(
      name,
      () => {
        const tally = new Map<string, number>();
        for (let run = 0; run < BOOTS; run += 1) {
          const setting = boot(rules, seedOf(`VFIO under ${name}`, run));
          const lpar = new RandomLpar(setting, specs, setting.random);
          play(seedOf(`VFIO under ${name}`, run), 300, lpar, setting.ledger);
          addTally(tally, lpar.tally);
        }
        expectCalls(tally, {
          'CREATE 0': 30,
          'CREATE -19': 30,
          'CREATE -12': 5,
          'REMOVE 0': 30,
          'MAP 0': 100,
          'MAP -22': 50,
          'MAP -4': 5,
          'UNMAP 0': 50,
          'ATTACH 0': 30,
          'ATTACH -1': 1,
        });
      },
      60_000 * RUNS,
    );
  }
});

test(
  '3,000 calls of a driver and a v1 container that want the same window give it to one of them',
  () => {
    const tally = new Map<string, number>();
    for (let run = 0; run < RUNS; run += 1) {
      const seed = seedOf('a window for two', run);
      const setting = boot(QEMU_PLATFORM, seed);
      const fixed = new RandomFixed(setting, 0, setting.random);
      play(seed, 3000, fixed, setting.ledger);
      addTally(tally, fixed.tally);
    }
    expectCalls(tally, {
      'ATTACH 0': 20,
      'ATTACH -16': 100,
      'MAP 0': 20,
      'MAP -4': 5,
      'MAP -14': 1,
      'dma_map_page mapped': 100,
      'dma_map_page exhausted': 50,
      'dma_alloc_coherent mapped': 50,
    });
  },
  60_000 * RUNS,
);

describe('3,840 calls of enable_ddw and of memory that comes and goes leave what the rules say', () => {
  const SIZES = [
    [12, 16],
    [12, 16, 21],
    [12, 16, 21, 24],
    [12, 16, 24],
  ];
  const PLATFORMS: Record<string, [PlatformRules, DdwManners, (run: number) => EndpointSpec[]]> = {
    QEMU: [
      QEMU_PLATFORM,
      { stuffMax: Number.POSITIVE_INFINITY, takesEmptyCalls: false },
      () => SIZES.map((pageShifts, phb) => qemuEndpoint(phb, { pageShifts })),
    ],
    PowerVM: [
      POWERVM_PLATFORM,
      { stuffMax: 512, takesEmptyCalls: true },
      (run) => [
        powervmEndpoint(0, 8n * GiB, { pageShifts: SIZES[run % 4] }),
        powervmEndpoint(1, GiB / 8n),
        virtualFunction(2),
        powervmEndpoint(3, 64n * GiB, { hasDdw: run % 2 === 0 }),
      ],
    ],
  };
  const serves = { QEMU: ['direct'], PowerVM: ['direct', 'dynamic', 'hybrid'] };
  const seen = new Map<string, number>();
  for (const facts of [GUEST_5_8, GUEST_5_17, GUEST_6_11, GUEST_6_15]) {
    for (const [name, [rules, manners, specsOf]] of Object.entries(PLATFORMS)) {
      test(
        `${facts.name} under ${name}`,
        () => {
          const tally = new Map<string, number>();
          for (let run = 0; run < BOOTS; run += 1) {
            const seed = seedOf(`${facts.name} under ${name}`, run);
            const setting = { ...boot(rules, seed), manners };
            const guest = new RandomDdw(setting, facts, specsOf(run), setting.random);
            play(seed, 60, guest, setting.ledger);
            addTally(tally, guest.tally);
          }
          addTally(seen, tally);
          expectCalls(tally, {
            'enable_ddw direct': 10,
            'enable_ddw default window': 10,
            'add true': 20,
            'remove true': 20,
          });
        },
        60_000 * RUNS,
      );
    }
  }

  test('windows of every kind were made, and memory was refused', () => {
    const calls = [...serves.PowerVM, ...serves.QEMU].map((kind) => [`enable_ddw ${kind}`, 1]);
    expectCalls(seen, { ...Object.fromEntries(calls), 'add false': 50, 'remove false': 10 });
  });
});
