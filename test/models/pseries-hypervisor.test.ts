import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { H_PARAMETER, H_SUCCESS } from '../../models/pseries/hcall.ts';
import { POWERVM_HCALLS, QEMU_HCALLS } from '../../models/pseries/hcall-rules.ts';
import { Hypervisor } from '../../models/pseries/hypervisor.ts';
import { TableMemory } from '../../models/pseries/table-memory.ts';
import { decodeTve } from '../../models/tve.ts';
import { walk } from '../../models/walk.ts';
import { GiB, newMemory } from './pseries-host.ts';

const LIOBN = 0x8000_0000;
const START = 1n << 59n;
const WINDOW = { liobn: LIOBN, start: START, pageShift: 16, bytes: GiB };
const LIST = 0x4000n;

function newHypervisor(rules = QEMU_HCALLS) {
  const memory = newMemory();
  const guestMemory = newMemory(4);
  const tables = new TableMemory();
  const hypervisor = new Hypervisor({ memory, tables, guestMemory }, rules);
  return { hypervisor, memory, guestMemory, tables };
}

function withWindow(rules = QEMU_HCALLS) {
  const system = newHypervisor(rules);
  system.hypervisor.open(WINDOW);
  return system;
}

describe('a window of a hypervisor', () => {
  test('has a TCE for each page, in memory that a DMA can be walked through', () => {
    const { hypervisor, memory } = withWindow();
    const table = hypervisor.table(LIOBN);
    expect(table?.entries).toBe(16_384);
    hypervisor.putTce(LIOBN, START + 0x12_0000n, 0xab_0003n);
    const tve = decodeTve(table?.tve as bigint);
    const read = (at: bigint) => memory.read(at);
    expect(walk(tve, START + 0x12_1234n, 'write', read).outcome).toEqual({
      real: 0xab_1234n,
      permission: 3,
    });
    expect(walk(tve, START + 0x13_0000n, 'read', read).outcome).toMatchObject({
      fault: 'page-fault',
    });
  });

  test('is not opened twice, and gives its memory back when it is closed', () => {
    const { hypervisor, tables } = withWindow();
    expect(hypervisor.open(WINDOW)).toBeUndefined();
    expect(tables.usedBytes).toBe(131_072n);
    hypervisor.close(LIOBN);
    expect(tables.usedBytes).toBe(0n);
    expect(hypervisor.putTce(LIOBN, START, 3n)).toBe(H_PARAMETER);
  });

  test('is empty when it is opened again where TCEs stood before', () => {
    const { hypervisor } = withWindow();
    const root = hypervisor.table(LIOBN)?.tces.root;
    hypervisor.putTce(LIOBN, START, 0x1_0003n);
    hypervisor.close(LIOBN);
    hypervisor.open(WINDOW);
    expect(hypervisor.table(LIOBN)?.tces.root).toBe(root);
    expect(hypervisor.getTce(LIOBN, START)).toEqual({ code: H_SUCCESS, tce: 0n });
  });

  test('of 2^31 TCEs is the largest: one of 2^32 is refused', () => {
    const { hypervisor } = newHypervisor();
    const window = { liobn: 1, start: 0n, pageShift: 12 };
    expect(hypervisor.open({ ...window, bytes: 1n << 43n })?.entries).toBe(2 ** 31);
    expect(hypervisor.open({ ...window, liobn: 2, bytes: 1n << 44n })).toBeUndefined();
  });
});

describe('H_PUT_TCE and H_GET_TCE', () => {
  test('answer H_PARAMETER for an unknown LIOBN and outside the window, on either side', () => {
    const { hypervisor } = withWindow();
    expect(hypervisor.putTce(1, START, 3n)).toBe(H_PARAMETER);
    for (const address of [0n, START - 1n, START + GiB]) {
      expect(hypervisor.putTce(LIOBN, address, 3n)).toBe(H_PARAMETER);
      expect(hypervisor.getTce(LIOBN, address)).toEqual({ code: H_PARAMETER, tce: 0n });
    }
    expect(hypervisor.putTce(LIOBN, START + GiB - 1n, 0x7_0001n)).toBe(H_SUCCESS);
    expect(hypervisor.getTce(LIOBN, START + GiB - 65_536n).tce).toBe(0x7_0001n);
  });

  test('round an address down under QEMU, and refuse it under PowerVM', () => {
    expect(withWindow().hypervisor.putTce(LIOBN, START + 4096n, 3n)).toBe(H_SUCCESS);
    const { hypervisor } = withWindow(POWERVM_HCALLS);
    expect(hypervisor.putTce(LIOBN, START + 4096n, 3n)).toBe(H_PARAMETER);
    expect(hypervisor.getTce(LIOBN, START + 4096n).code).toBe(H_PARAMETER);
  });

  test('keep any value, one without permission too', () => {
    const { hypervisor } = withWindow();
    hypervisor.putTce(LIOBN, START, 0xdead_0000n);
    expect(hypervisor.getTce(LIOBN, START).tce).toBe(0xdead_0000n);
  });

  test('are counted, refused ones too', () => {
    const { hypervisor } = withWindow();
    hypervisor.putTce(LIOBN, START, 3n);
    hypervisor.putTce(LIOBN, 0n, 3n);
    hypervisor.getTce(LIOBN, START);
    expect(hypervisor.calls).toEqual({
      H_GET_TCE: 1,
      H_PUT_TCE: 2,
      H_STUFF_TCE: 0,
      H_PUT_TCE_INDIRECT: 0,
    });
  });
});

describe('H_PUT_TCE_INDIRECT', () => {
  test('writes the list, at most 512 TCEs on a multiple of 4K', () => {
    const { hypervisor, guestMemory } = withWindow();
    for (let at = 0n; at < 512n; at += 1n) guestMemory.write(LIST + at * 8n, (at << 16n) | 1n);
    expect(hypervisor.putTceIndirect(LIOBN, START, LIST, 512)).toBe(H_SUCCESS);
    expect(hypervisor.getTce(LIOBN, START + 511n * 65_536n).tce).toBe((511n << 16n) | 1n);
    expect(hypervisor.getTce(LIOBN, START + 512n * 65_536n).tce).toBe(0n);
    expect(hypervisor.putTceIndirect(LIOBN, START, LIST, 513)).toBe(H_PARAMETER);
    expect(hypervisor.putTceIndirect(LIOBN, START, LIST + 8n, 1)).toBe(H_PARAMETER);
    expect(hypervisor.putTceIndirect(7, START, LIST, 1)).toBe(H_PARAMETER);
  });

  test('keeps what it wrote before the window ended', () => {
    const { hypervisor, guestMemory } = withWindow();
    for (let at = 0n; at < 3n; at += 1n) guestMemory.write(LIST + at * 8n, 0x5_0003n);
    const last = START + GiB - 2n * 65_536n;
    expect(hypervisor.putTceIndirect(LIOBN, last, LIST, 3)).toBe(H_PARAMETER);
    expect(hypervisor.getTce(LIOBN, last).tce).toBe(0x5_0003n);
    expect(hypervisor.getTce(LIOBN, last + 65_536n).tce).toBe(0x5_0003n);
  });

  test('of no TCE is refused by QEMU and nothing to PowerVM', () => {
    expect(withWindow().hypervisor.putTceIndirect(LIOBN, START, LIST, 0)).toBe(H_PARAMETER);
    const { hypervisor } = withWindow(POWERVM_HCALLS);
    expect(hypervisor.putTceIndirect(LIOBN, START, LIST, 0)).toBe(H_SUCCESS);
  });
});

describe('H_STUFF_TCE', () => {
  test('takes as many TCEs as the table has under QEMU, 512 under PowerVM', () => {
    const { hypervisor } = withWindow();
    expect(hypervisor.stuffTce(LIOBN, START, 0n, 16_384)).toBe(H_SUCCESS);
    expect(hypervisor.stuffTce(LIOBN, START, 0n, 16_385)).toBe(H_PARAMETER);
    const strict = withWindow(POWERVM_HCALLS).hypervisor;
    expect(strict.stuffTce(LIOBN, START, 0n, 512)).toBe(H_SUCCESS);
    expect(strict.stuffTce(LIOBN, START, 0n, 513)).toBe(H_PARAMETER);
  });

  test("writes the same TCE up to the window's end and then says H_PARAMETER", () => {
    const { hypervisor } = withWindow();
    const last = START + GiB - 65_536n;
    expect(hypervisor.stuffTce(LIOBN, last, 0x9_0003n, 2)).toBe(H_PARAMETER);
    expect(hypervisor.getTce(LIOBN, last).tce).toBe(0x9_0003n);
  });

  test('clears a fresh window without a byte of memory', () => {
    const { hypervisor, memory } = withWindow();
    const before = memory.touchedBytes;
    hypervisor.stuffTce(LIOBN, START, 0n, 16_384);
    expect(memory.touchedBytes).toBe(before);
  });
});

/** One call of a random program. */
const anyCall = fc.record({
  call: fc.constantFrom('put', 'list', 'stuff', 'close', 'open'),
  liobn: fc.constantFrom(1, 2, 3),
  entry: fc.integer({ min: -2, max: 70 }),
  count: fc.integer({ min: 0, max: 40 }),
  tce: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
});

test('tables hold what any sequence of calls wrote, as plain arrays would', () => {
  fc.assert(
    fc.property(fc.array(anyCall, { maxLength: 80 }), (program) => {
      const { hypervisor, guestMemory } = newHypervisor();
      const plain = new Map<number, bigint[]>();
      for (const { call, liobn, entry, count, tce } of program) {
        const at = 0x1_0000n + BigInt(entry) * 4096n;
        const array = plain.get(liobn);
        if (call === 'open' && array === undefined) {
          const window = { liobn, start: 0x1_0000n, pageShift: 12, bytes: 64n * 4096n };
          hypervisor.open(window);
          plain.set(liobn, new Array(64).fill(0n));
        } else if (call === 'close') {
          hypervisor.close(liobn);
          plain.delete(liobn);
        } else if (call === 'put' || call === 'list' || call === 'stuff') {
          const pages = call === 'put' ? 1 : count;
          for (let page = 0n; page < pages; page += 1n)
            guestMemory.write(LIST + page * 8n, tce + page);
          const code =
            call === 'put'
              ? hypervisor.putTce(liobn, at, tce)
              : call === 'list'
                ? hypervisor.putTceIndirect(liobn, at, LIST, pages)
                : hypervisor.stuffTce(liobn, at, tce, pages);
          const fits = array !== undefined && entry >= 0 && entry + pages <= 64 && pages > 0;
          expect(code).toBe(fits ? H_SUCCESS : H_PARAMETER);
          for (let page = 0; page < pages && array !== undefined && entry >= 0; page += 1) {
            const value = call === 'list' ? tce + BigInt(page) : tce;
            if (entry + page < 64) array[entry + page] = BigInt.asUintN(64, value);
          }
        }
      }
      for (const [liobn, array] of plain) {
        for (const [entry, value] of array.entries()) {
          const { tce } = hypervisor.getTce(liobn, 0x1_0000n + BigInt(entry) * 4096n);
          if (tce !== value) expect([liobn, entry, tce]).toEqual([liobn, entry, value]);
        }
      }
    }),
    { numRuns: 100, seed: 3 },
  );
});
