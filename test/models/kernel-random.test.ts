import seedrandom from 'seedrandom';
import { describe, expect, test } from 'vitest';
import { ERA_4_2, ERA_4_19, ERA_5_17, ERA_6_12 } from '../../models/kernel/era.ts';
import { POWERVM_DDW, QEMU_DDW } from '../../models/pseries/ddw-rules.ts';
import {
  powervmEndpoint,
  qemuEndpoint,
  virtualFunction,
} from '../../models/pseries/endpoint-presets.ts';
import { POWERVM_HCALLS, QEMU_HCALLS } from '../../models/pseries/hcall-rules.ts';
import { RandomCalls } from './random-calls.ts';
import { RandomHost } from './random-host.ts';
import { RandomPartition } from './random-partition.ts';

const CALLS = 1500;
const WORKING = ['CREATE', 'MAP', 'UNMAP', 'REMOVE', 'REGISTER', 'UNREGISTER', 'ATTACH', 'DETACH'];
const CALLS_BETWEEN_CHECKS = 20;

/** Makes the calls and compares the books with the model; names the seed and the last calls when they differ. */
function play(host: RandomHost, seed: string): RandomCalls {
  const calls = new RandomCalls(host, seedrandom.alea(seed));
  try {
    for (let call = 0; call < CALLS; call += 1) {
      calls.step();
      if (call % CALLS_BETWEEN_CHECKS === 0) calls.check();
    }
    calls.end();
  } catch (problem) {
    const { log } = calls;
    const latest = log.slice(-12).map((line, at) => `  ${log.length - 12 + at}: ${line}`);
    throw new Error(`seed '${seed}', after\n${latest.join('\n')}\n${problem}`, { cause: problem });
  }
  return calls;
}

describe('12,000 random calls keep every book balanced, and closing everything gives all back', () => {
  for (const era of [ERA_4_2, ERA_4_19, ERA_5_17, ERA_6_12]) {
    for (const pageBits of [16, 12]) {
      const kernel = `${era.name} with pages of ${pageBits === 16 ? '64K' : '4K'}`;
      test(kernel, () => {
        const { tally } = play(new RandomHost(era, pageBits), kernel);
        // Calls that work, and calls that memory does not suffice for: both have to be met.
        for (const call of WORKING) {
          expect(tally.get(`${call} 0`), `${call} that works`).toBeGreaterThan(4);
        }
        const wanting = ['CREATE', 'MAP', 'UNMAP', 'ATTACH'].map((call) =>
          tally.get(`${call} -12`),
        );
        expect(wanting.reduce((sum: number, count = 0) => sum + count, 0)).toBeGreaterThan(2);
      });
    }
  }
});

describe('4,000 random calls of a partition leave the TCEs and the windows that the rules say', () => {
  const HYPERVISORS = {
    QEMU: {
      rules: { hcalls: QEMU_HCALLS, ddw: QEMU_DDW },
      specs: [qemuEndpoint(0), qemuEndpoint(1, { liobns: [0x90] })],
    },
    PowerVM: {
      rules: { hcalls: POWERVM_HCALLS, ddw: POWERVM_DDW },
      specs: [powervmEndpoint(0, 1n << 36n), virtualFunction(1)],
    },
  };
  for (const [name, { rules, specs }] of Object.entries(HYPERVISORS)) {
    test(name, () => {
      const partition = new RandomPartition(rules, specs, seedrandom.alea(name));
      for (let call = 0; call < 2000; call += 1) {
        partition.step();
        if (call % 200 === 0) partition.check();
      }
      partition.check();
      const { tally } = partition;
      for (const call of ['H_PUT_TCE', 'H_STUFF_TCE', 'H_PUT_TCE_INDIRECT', 'H_GET_TCE']) {
        expect(tally.get(`${call} 0`), `${call} that works`).toBeGreaterThan(50);
        expect(tally.get(`${call} -4`), `${call} that is refused`).toBeGreaterThan(20);
      }
      for (const call of ['create', 'remove'].map((verb) => `ibm,${verb}-pe-dma-window`)) {
        expect(tally.get(`${call} 0`), `${call} that works`).toBeGreaterThan(10);
      }
    });
  }
});
