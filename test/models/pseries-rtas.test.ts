import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assumed } from '../../models/origin.ts';
import type { EndpointSpec } from '../../models/pseries/ddw-endpoint.ts';
import { maskOfPageShifts, pageShiftsOfMask } from '../../models/pseries/ddw-page-sizes.ts';
import { POWERVM_DDW, QEMU_DDW } from '../../models/pseries/ddw-rules.ts';
import {
  powervmEndpoint,
  qemuEndpoint,
  virtualFunction,
} from '../../models/pseries/endpoint-presets.ts';
import { Hypervisor } from '../../models/pseries/hypervisor.ts';
import {
  PartitionPlatform,
  type PlatformRules,
  POWERVM_PLATFORM,
  QEMU_PLATFORM,
} from '../../models/pseries/platform.ts';
import {
  type DdwCall,
  DdwFirmware,
  RTAS_BUSY,
  RTAS_HW_ERROR,
  RTAS_PARAM_ERROR,
} from '../../models/pseries/rtas-ddw.ts';
import { TableMemory } from '../../models/pseries/table-memory.ts';
import { GiB, newMemory, TiB } from './pseries-host.ts';

const QUERY: DdwCall = 'ibm,query-pe-dma-windows';
const CREATE: DdwCall = 'ibm,create-pe-dma-window';
const REMOVE: DdwCall = 'ibm,remove-pe-dma-window';
const RESET: DdwCall = 'ibm,reset-pe-dma-windows';

/** Firmware with one endpoint; `at` are the input cells that name it. */
function firmwareWith(rules: PlatformRules, spec: EndpointSpec) {
  const platform = new PartitionPlatform(rules, newMemory());
  platform.addEndpoint(spec);
  const at = [spec.configAddress, Number(spec.buid >> 32n), Number(spec.buid & 0xffff_ffffn)];
  const call = (name: DdwCall, inputs: number[], outputs: number) =>
    platform.firmware.call(name, inputs, outputs);
  return { ...platform, hypervisor: platform.hypervisor, at, call };
}

const qemu = (changes: Partial<EndpointSpec> = {}) =>
  firmwareWith(QEMU_PLATFORM, qemuEndpoint(0, changes));
const powervm = (changes: Partial<EndpointSpec> = {}) =>
  firmwareWith(POWERVM_PLATFORM, powervmEndpoint(0, TiB, changes));

describe('QEMU answers as its log shows', () => {
  const lines = readFileSync(new URL('data/ps64k-ddw.trace.txt', import.meta.url), 'utf8')
    .trim()
    .split('\n');
  const number = (line: string, name: string) =>
    BigInt((new RegExp(`${name}=(\\w+)`).exec(line) as RegExpExecArray)[1]);
  const log2 = (value: bigint) => value.toString(2).length - 1;

  test('every query and every create of a boot with three PHBs', () => {
    const platform = new PartitionPlatform(QEMU_PLATFORM, newMemory());
    for (const phb of [0, 1, 2]) platform.addEndpoint(qemuEndpoint(phb));
    let seen = 0;
    for (const line of lines.filter((text) => text.includes('spapr_iommu_ddw'))) {
      const buid = number(line, 'buid');
      const at = [0, Number(buid >> 32n), Number(buid & 0xffff_ffffn)];
      if (line.includes('ddw_query')) {
        const windows = Number(/(\d+) windows available/.exec(line)?.[1]);
        const wanted = [
          0,
          windows,
          Number(number(line, 'max window size')),
          Number(number(line, 'mask')),
          0,
        ];
        expect(platform.firmware.call(QUERY, at, 5)).toEqual(wanted);
      } else {
        const inputs = [...at, log2(number(line, 'page size')), log2(number(line, 'requested'))];
        const start = number(line, 'start addr');
        const wanted = [
          0,
          Number(number(line, 'liobn')),
          Number(start >> 32n),
          Number(start & 0xffff_ffffn),
        ];
        expect(platform.firmware.call(CREATE, inputs, 4)).toEqual(wanted);
      }
      seen += 1;
    }
    expect(seen).toBe(9);
  });
});

describe('QEMU', () => {
  test('says that 2^31 TCEs are available even when no window is', () => {
    const { call, at } = qemu();
    call(CREATE, [...at, 16, 30], 4);
    expect(call(QUERY, at, 5)).toEqual([0, 0, 0x8000_0000, 0x107, 0]);
  });

  test('refuses six outputs, a wrong count of inputs, and a BUID that it does not know', () => {
    const { call, at } = qemu();
    expect(call(QUERY, at, 6)).toEqual([RTAS_PARAM_ERROR, 0, 0, 0, 0, 0]);
    expect(call(QUERY, at.slice(1), 5)[0]).toBe(RTAS_PARAM_ERROR);
    expect(call(QUERY, [0, 1, 2], 5)[0]).toBe(RTAS_PARAM_ERROR);
    expect(call(CREATE, [...at, 16], 4)[0]).toBe(RTAS_PARAM_ERROR);
    expect(call(CREATE, [...at, 16, 30], 3)[0]).toBe(RTAS_PARAM_ERROR);
    expect(call(RESET, [...at, 1], 1)).toEqual([RTAS_PARAM_ERROR]);
    expect(call(REMOVE, [0x8000_0001], 2)[0]).toBe(RTAS_PARAM_ERROR);
  });

  test('finds the PHB by its BUID, whatever the configuration address says', () => {
    const { call, at } = qemu();
    expect(call(QUERY, [0x1234, at[1], at[2]], 5)[0]).toBe(0);
    const strict = powervm();
    expect(strict.call(QUERY, [0x1234, strict.at[1], strict.at[2]], 5)[0]).toBe(RTAS_PARAM_ERROR);
  });

  test('without DDW refuses every call with a parameter error', () => {
    const { call, at } = qemu({ hasDdw: false });
    expect(call(QUERY, at, 5)[0]).toBe(RTAS_PARAM_ERROR);
    expect(call(CREATE, [...at, 16, 30], 4)[0]).toBe(RTAS_PARAM_ERROR);
    expect(call(RESET, at, 1)[0]).toBe(RTAS_PARAM_ERROR);
    expect(call(REMOVE, [0x8000_0000], 1)[0]).toBe(RTAS_PARAM_ERROR);
  });

  test('checks page size and window size before it looks for a free window', () => {
    const { call, at } = qemu();
    call(CREATE, [...at, 16, 30], 4);
    expect(call(CREATE, [...at, 13, 30], 4)[0]).toBe(RTAS_PARAM_ERROR);
    expect(call(CREATE, [...at, 24, 23], 4)[0]).toBe(RTAS_PARAM_ERROR);
    expect(call(CREATE, [...at, 16, 30], 4)[0]).toBe(RTAS_HW_ERROR);
  });

  test('makes 2^31 TCEs and not 2^32, whose count would be 0 in 32 bits', () => {
    expect(qemu().call(CREATE, [...qemu().at, 12, 44], 4)[0]).toBe(RTAS_HW_ERROR);
    expect(qemu().call(CREATE, [...qemu().at, 12, 43], 4)[0]).toBe(0);
  });

  test("puts a window at 0 when there is no other, with the default window's LIOBN", () => {
    const { call, at } = qemu();
    expect(call(REMOVE, [0x8000_0000], 1)).toEqual([0]);
    expect(call(CREATE, [...at, 16, 30], 4)).toEqual([0, 0x8000_0000, 0, 0]);
    expect(call(CREATE, [...at, 16, 30], 4)).toEqual([0, 0x8000_0001, 0x800_0000, 0]);
  });

  test('restores the default window with the removal of the last other one, and only then', () => {
    const { call, at, hypervisor } = qemu();
    call(CREATE, [...at, 16, 30], 4);
    call(REMOVE, [0x8000_0000], 1);
    expect(hypervisor.table(0x8000_0000)).toBeUndefined();
    call(REMOVE, [0x8000_0001], 1);
    expect(hypervisor.table(0x8000_0000)?.window).toMatchObject({ start: 0n, bytes: GiB });
    call(REMOVE, [0x8000_0000], 1);
    expect(hypervisor.table(0x8000_0000)).toBeUndefined();
    expect(call(REMOVE, [0x8000_0000], 1)).toEqual([RTAS_PARAM_ERROR]);
  });

  test('resets to an empty default window', () => {
    const { call, at, hypervisor } = qemu();
    hypervisor.putTce(0x8000_0000, 0n, 3n);
    call(CREATE, [...at, 24, 36], 4);
    expect(call(RESET, at, 1)).toEqual([0]);
    expect(call(QUERY, at, 5)[1]).toBe(1);
    expect(hypervisor.getTce(0x8000_0000, 0n).tce).toBe(0n);
    expect(hypervisor.table(0x8000_0001)).toBeUndefined();
  });
});

describe('PowerVM', () => {
  test('tells the block that is left in one cell or in two', () => {
    const { call, at } = powervm({ tceBudget: (5n << 32n) + 524_288n });
    expect(call(QUERY, at, 6)).toEqual([0, 1, 5, 0, 0x103, 0]);
    // Five outputs have one cell for it: more than that is cut to the largest value.
    expect(call(QUERY, at, 5)).toEqual([0, 1, 0xffff_ffff, 0x103, 0]);
  });

  test('refuses a window of more TCEs than are left, as a hardware error', () => {
    const { call, at } = powervm({ tceBudget: 524_288n + 1024n });
    expect(call(CREATE, [...at, 16, 27], 4)[0]).toBe(RTAS_HW_ERROR);
    expect(call(CREATE, [...at, 16, 26], 4)[0]).toBe(0);
    expect(call(QUERY, at, 6)).toEqual([0, 0, 0, 0, 0x103, 0]);
  });

  test('gives all TCEs of a virtual function to the one window that it has', () => {
    const { call, at } = firmwareWith(POWERVM_PLATFORM, virtualFunction(0));
    expect(call(QUERY, at, 6)).toEqual([0, 0, 0, 0, 3, 0]);
    call(REMOVE, [0x7000_0000], 1);
    expect(call(QUERY, at, 6)).toEqual([0, 1, 0, 524_288, 3, 0]);
    expect(call(CREATE, [...at, 16, 35], 4)).toEqual([0, 0x7000_0000, 0x800_0000, 0]);
  });

  test('puts windows at 4 GiB in limited addressing mode, until the next reset', () => {
    const { call, at } = powervm();
    expect(call(RESET, [...at, 1], 1)).toEqual([0]);
    expect(call(CREATE, [...at, 21, 40], 4)).toEqual([0, 0x7000_0001, 1, 0]);
    call(RESET, at, 1);
    expect(call(CREATE, [...at, 21, 40], 4)).toEqual([0, 0x7000_0001, 0x800_0000, 0]);
    const old = powervm({ hasLimitedAddressing: false });
    expect(old.call(RESET, [...old.at, 1], 1)).toEqual([RTAS_PARAM_ERROR]);
  });

  test('may answer create with "busy" first, and changes nothing then', () => {
    const ddw = { ...POWERVM_DDW, busyAnswers: assumed(2, 'test') };
    const { call, at } = firmwareWith({ ...POWERVM_PLATFORM, ddw }, powervmEndpoint(0, TiB));
    const create = () => call(CREATE, [...at, 21, 40], 4)[0];
    expect([create(), create(), create(), create()]).toEqual([RTAS_BUSY, RTAS_BUSY, 0, RTAS_BUSY]);
  });
});

test('every deviation of the two carries where it comes from', () => {
  for (const rules of [QEMU_DDW, POWERVM_DDW]) {
    for (const { source } of Object.values(rules)) expect(source.length).toBeGreaterThan(5);
  }
  const differing = Object.keys(QEMU_DDW).filter((key) => {
    const name = key as keyof typeof QEMU_DDW;
    return String(QEMU_DDW[name].value) !== String(POWERVM_DDW[name].value);
  });
  expect(differing).toEqual([
    'endpointBy',
    'queryOutputs',
    'largestBlockAnswer',
    'entriesLimit',
    'firstWindowStart',
  ]);
});

test('the mask of page sizes has bit 8 for 2M, which is out of order', () => {
  expect(maskOfPageShifts([12, 16, 21, 24])).toBe(0x107);
  expect(maskOfPageShifts([12, 16, 24, 25, 26, 27, 28, 34, 21])).toBe(0x1ff);
  expect(maskOfPageShifts([30])).toBe(0);
  expect(pageShiftsOfMask(0x1ff)).toEqual([12, 16, 21, 24, 25, 26, 27, 28, 34]);
  for (let mask = 0; mask < 0x200; mask += 1) {
    expect(maskOfPageShifts(pageShiftsOfMask(mask))).toBe(mask);
  }
});

describe('any sequence of calls', () => {
  const step = fc.record({
    name: fc.constantFrom(QUERY, CREATE, CREATE, REMOVE, RESET),
    window: fc.nat({ max: 1 }),
    pageShift: fc.constantFrom(12, 13, 16, 21),
    windowShift: fc.integer({ min: 10, max: 34 }),
    isLimited: fc.boolean(),
  });

  test.each([
    ['QEMU', QEMU_PLATFORM, qemuEndpoint(0)],
    ['PowerVM', POWERVM_PLATFORM, powervmEndpoint(0, 64n * GiB)],
    ['PowerVM with one window', POWERVM_PLATFORM, virtualFunction(0)],
  ])('leaves windows, TCEs and memory of %s in agreement', (_, rules, spec) => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (program) => {
        const tables = new TableMemory();
        const memory = newMemory(1);
        const hypervisor = new Hypervisor({ memory, tables, guestMemory: memory }, rules.hcalls);
        const firmware = new DdwFirmware(hypervisor, rules.ddw);
        firmware.addEndpoint(spec);
        const at = [spec.configAddress, Number(spec.buid >> 32n), Number(spec.buid & 0xffff_ffffn)];
        for (const { name, window, pageShift, windowShift, isLimited } of program) {
          const before = openTables(hypervisor);
          const inputs = {
            [QUERY]: at,
            [CREATE]: [...at, pageShift, windowShift],
            [REMOVE]: [spec.liobns[window % spec.liobns.length]],
            [RESET]: isLimited ? [...at, 1] : at,
          }[name];
          const outputs = { [QUERY]: 5, [CREATE]: 4, [REMOVE]: 1, [RESET]: 1 }[name];
          const [status, first] = firmware.call(name, inputs, outputs);
          const open = openTables(hypervisor);
          if (name === QUERY) expect(first).toBe(spec.liobns.length - open.length);
          if (name === CREATE && status === 0) expect(open.length).toBe(before.length + 1);
          if (status !== 0) expect(open).toEqual(before);
          expect(open.reduce((sum, { entries }) => sum + entries, 0)).toBeLessThanOrEqual(
            Number(spec.tceBudget),
          );
          const bytes = open.reduce((sum, { tces }) => sum + tces.geometry.levelBytes, 0);
          expect(tables.usedBytes).toBe(BigInt(bytes));
        }
      }),
      { numRuns: 60, seed: 5 },
    );

    function openTables(hypervisor: Hypervisor) {
      const found = spec.liobns.map((liobn) => hypervisor.table(liobn));
      return found.filter((table) => table !== undefined);
    }
  });
});
