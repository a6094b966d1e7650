import { describe, expect, test } from 'vitest';
import { ERA_4_2, ERA_4_19, ERA_5_17, ERA_6_12 } from '../../models/kernel/era.ts';
import { RandomCalls } from './random-calls.ts';
import { RandomHost } from './random-host.ts';
import { RandomKvm } from './random-kvm.ts';
import { addTally, randomOf, randomRuns, seedOf, withSeed } from './random-settings.ts';

const RUNS = randomRuns();
const CALLS = 600;
const CALLS_BETWEEN_CHECKS = 100;

/** Guests of two processes on one host, whose windows come and go at the same time. */
function play(host: RandomHost, seed: string): Map<string, number> {
  const random = randomOf(seed);
  const calls = new RandomCalls(host, random);
  const guests = host.actors.map((actor) => new RandomKvm(host, actor, random));
  const tally = new Map<string, number>();
  const log: string[] = [];
  withSeed(seed, log, () => {
    for (let call = 0; call < CALLS; call += 1) {
      const player = random() < 0.25 ? calls : guests[call % 2];
      try {
        player.step();
      } finally {
        log.push(...player.log.splice(0));
      }
      if (call % CALLS_BETWEEN_CHECKS !== 0) continue;
      calls.check();
      for (const guest of guests) guest.check();
    }
    calls.check();
    for (const guest of guests) guest.end();
    calls.end();
  });
  for (const guest of guests) addTally(tally, guest.tally);
  return tally;
}

describe('2,400 calls of guests under KVM and of VFIO leave the TCEs, counts and charges that the rules say', () => {
  const HOSTS = [
    [ERA_4_2, 16],
    [ERA_4_19, 12],
    [ERA_5_17, 16],
    [ERA_6_12, 12],
  ] as const;
  for (const [era, pageBits] of HOSTS) {
    const name = `KVM of ${era.name} with pages of ${pageBits === 16 ? '64K' : '4K'}`;
    test(
      name,
      () => {
        const tally = new Map<string, number>();
        for (let run = 0; run < RUNS; run += 1) {
          addTally(tally, play(new RandomHost(era, pageBits), seedOf(name, run)));
        }
        const least = { 'KVM_CREATE 0': 5, 'H_PUT_TCE 0': 50, 'H_PUT_TCE_INDIRECT 0': 25 };
        const tied = { 'KVM_TIE 0': 4, 'H_PUT_TCE_INDIRECT 9999': 2, 'H_STUFF_TCE 0': 20 };
        const wanted = Object.entries(era === ERA_4_2 ? least : { ...least, ...tied });
        for (const [call, count] of wanted) {
          expect(tally.get(call) ?? 0, call).toBeGreaterThanOrEqual(count);
        }
      },
      60_000 * RUNS,
    );
  }
});
