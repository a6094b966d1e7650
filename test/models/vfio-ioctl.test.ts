/** ioctl(2): request numbers, structures byte for byte, and the checks in their order. */
import { describe, expect, test } from 'vitest';
import { ERA_4_2 } from '../../models/kernel/era.ts';
import type { CallName } from '../../models/kernel/vfio/calls.ts';
import {
  CHECK_EXTENSION_REQUEST,
  type IoctlArgument,
  ioctl,
  requestNumber,
} from '../../models/kernel/vfio/ioctl.ts';
import {
  decodeStructure,
  encodeStructure,
  type FieldValues,
  structureBytes,
} from '../../models/kernel/vfio/layouts.ts';
import { TestHost, withMemory } from './vfio-host.ts';

const KiB = 1n << 10n;
const GiB = 1n << 30n;

const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

describe('structures', () => {
  test('CREATE, as a little-endian program lays it out', () => {
    const bytes = encodeStructure('CREATE', {
      argsz: 40n,
      page_shift: 16n,
      window_size: 1n << 40n,
      levels: 2n,
      start_addr: 1n << 59n,
    });
    expect(hexOf(bytes)).toBe(
      '28000000' +
        '00000000' +
        '10000000' +
        '00000000' +
        '0000000000010000' +
        '02000000' +
        '00000000' +
        '0000000000000008',
    );
  });

  test('CREATE, as a big-endian program lays it out', () => {
    const bytes = encodeStructure(
      'CREATE',
      { argsz: 40n, page_shift: 16n, window_size: 1n << 40n },
      false,
    );
    expect(hexOf(bytes.subarray(0, 24))).toBe(
      '00000028' + '00000000' + '00000010' + '00000000' + '0000010000000000',
    );
  });

  test('EEH keeps its 64-bit fields at multiples of 8', () => {
    const bytes = encodeStructure('EEH', {
      op: 9n,
      'err.type': 1n,
      'err.func': 2n,
      'err.addr': 3n,
      'err.mask': 4n,
    });
    expect(hexOf(bytes)).toBe(
      '00000000' +
        '00000000' +
        '09000000' +
        '00000000' +
        '01000000' +
        '02000000' +
        '0300000000000000' +
        '0400000000000000',
    );
  });

  test.each([
    ['GET_INFO', 32],
    ['MAP', 32],
    ['UNMAP', 24],
    ['ENABLE', 0],
    ['REGISTER', 24],
    ['UNREGISTER', 24],
    ['CREATE', 40],
    ['REMOVE', 16],
    ['EEH', 40],
  ] as const)('%s has %i bytes', (call, bytes) => {
    expect(structureBytes(call)).toBe(bytes);
  });

  test('decoding is the way back, and what is behind the end is zero', () => {
    const values = { argsz: 32n, flags: 3n, vaddr: 1n << 63n, iova: 5n, size: (1n << 64n) - 1n };
    const bytes = encodeStructure('MAP', values);
    expect(decodeStructure('MAP', bytes)).toEqual(values);
    expect(decodeStructure('MAP', bytes.subarray(0, 20))).toEqual({
      ...values,
      iova: 0n,
      size: 0n,
    });
  });

  test('a field that is none, and a value that does not fit, are refused', () => {
    expect(() => encodeStructure('REMOVE', { start: 0n })).toThrow(
      /REMOVE: expected a field out of argsz, flags, start_addr, got start/,
    );
    expect(() => encodeStructure('REMOVE', { argsz: 1n << 32n })).toThrow(
      /argsz: expected a value of 4 bytes/,
    );
  });
});

describe('request numbers', () => {
  test.each([
    ['GET_INFO', 0x2000_3b70],
    ['MAP', 0x2000_3b71],
    ['UNMAP', 0x2000_3b72],
    ['ENABLE', 0x2000_3b73],
    ['DISABLE', 0x2000_3b74],
    ['REGISTER', 0x2000_3b75],
    ['UNREGISTER', 0x2000_3b76],
    ['CREATE', 0x2000_3b77],
    ['REMOVE', 0x2000_3b78],
    ['EEH', 0x2000_3b79],
  ] as const)('%s', (call, number) => {
    expect(requestNumber(call)).toBe(number);
  });
});

/** Makes a call with a structure of its own size, unless the test spoils something. */
function make(
  host: TestHost,
  call: CallName,
  values: FieldValues = {},
  spoil: Partial<IoctlArgument> & { bytes?: number } = {},
) {
  const whole = encodeStructure(call, { argsz: BigInt(structureBytes(call)), ...values });
  const structure = spoil.structure ?? whole.subarray(0, spoil.bytes ?? whole.length);
  const result = ioctl(host.container, requestNumber(call), {
    structure,
    isWritable: true,
    ...spoil,
  });
  return { ...result, values: decodeStructure(call, structure) };
}

function attached(): TestHost {
  const host = withMemory(new TestHost());
  host.container.attach(host.group);
  return host;
}

describe('calls', () => {
  test('GET_INFO fills in what the structure has room for', () => {
    const host = attached();
    expect(make(host, 'GET_INFO').values).toEqual({
      argsz: 32n,
      flags: 1n,
      dma32_window_start: 0n,
      dma32_window_size: 0x8000_0000n,
      'ddw.pgsizes': 0x4021_1000n,
      'ddw.max_dynamic_windows_supported': 2n,
      'ddw.levels': 5n,
    });
    const short = make(host, 'GET_INFO', { argsz: 31n });
    expect(short.rc).toBe(0);
    expect(short.values).toMatchObject({ flags: 1n, 'ddw.pgsizes': 0n, 'ddw.levels': 0n });
  });

  test('GET_INFO of a v1 container clears what it has nothing to tell of, and wants room for it', () => {
    const host = new TestHost({ type: 'v1', era: ERA_4_2 });
    host.container.attach(host.group);
    const structure = encodeStructure('GET_INFO', { argsz: 32n, 'ddw.pgsizes': 0x1234n });
    expect(make(host, 'GET_INFO', {}, { structure }).values).toMatchObject({
      flags: 0n,
      dma32_window_size: 0x8000_0000n,
      'ddw.pgsizes': 0n,
    });
    expect(make(host, 'GET_INFO', { argsz: 32n }, { bytes: 16 }).rc).toBe(-14);
    expect(make(host, 'GET_INFO', { argsz: 31n }, { bytes: 16 }).rc).toBe(0);
  });

  test('CREATE writes the start address, MAP fills the table, REMOVE takes it away', () => {
    const host = attached();
    const made = make(host, 'CREATE', { page_shift: 16n, window_size: GiB, levels: 1n });
    expect([made.rc, made.values.start_addr]).toEqual([0, 1n << 59n]);
    const mapped = make(host, 'MAP', { flags: 2n, vaddr: GiB, iova: 1n << 59n, size: 64n * KiB });
    expect(mapped.rc).toBe(0);
    expect(host.container.windows[1].table.get(0)).toBe(GiB | 3n);
    expect(make(host, 'UNMAP', { iova: 1n << 59n, size: 64n * KiB }).rc).toBe(0);
    expect(host.container.windows[1].table.get(0)).toBe(0n);
    expect(make(host, 'REMOVE', { start_addr: (1n << 59n) + 5n }).rc).toBe(0);
    expect(host.container.windows).toHaveLength(1);
    expect(make(host, 'UNREGISTER', { vaddr: GiB, size: GiB }).rc).toBe(0);
    expect(make(host, 'REGISTER', { vaddr: GiB, size: GiB }).rc).toBe(0);
  });

  test('CREATE that cannot write its answer leaves the window', () => {
    const host = attached();
    const values = { page_shift: 16n, window_size: GiB, levels: 1n };
    expect(make(host, 'CREATE', values, { isWritable: false }).rc).toBe(-14);
    expect(host.container.windows).toHaveLength(2);
  });

  test('reserved fields are not looked at', () => {
    const values = { page_shift: 16n, window_size: GiB, levels: 1n, __resv1: 7n, __resv2: 7n };
    expect(make(attached(), 'CREATE', values).rc).toBe(0);
  });

  test('GET_STATE is the return value', () => {
    const host = attached();
    host.group.eeh.freeze();
    expect(make(host, 'EEH', { op: 4n }).rc).toBe(2);
  });

  test('CHECK_EXTENSION takes a number', () => {
    const { container } = new TestHost();
    expect([2, 7, 5, 1].map((type) => ioctl(container, CHECK_EXTENSION_REQUEST, type).rc)).toEqual([
      1, 1, 1, 0,
    ]);
  });

  test('a request that no container knows is ENOTTY', () => {
    expect(ioctl(new TestHost().container, 0x3b77, 0).rc).toBe(-25);
  });
});

describe('the first thing wrong decides', () => {
  // Each row is wrong in one way more than the row below: group, memory, argsz, flags, content.
  const EVERYTHING = { argsz: 8n, flags: 0x8000_0000n };
  const LATER = { flags: 0x8000_0000n };
  const WINDOW = { page_shift: 99n };

  test.each([
    ['no group', false, 20, EVERYTHING, 'ENXIO'],
    ['unreadable', true, 20, EVERYTHING, 'EFAULT'],
    ['argsz', true, 40, EVERYTHING, 'EINVAL'],
    ['flags', true, 40, LATER, 'EINVAL'],
    ['the window', true, 40, WINDOW, 'EINVAL'],
  ] as const)('CREATE: %s', (_what, isAttached, bytes, values, errno) => {
    const host = isAttached ? attached() : withMemory(new TestHost());
    const result = make(host, 'CREATE', values, { bytes });
    expect(result.refusal?.errno).toBe(errno);
    // Only a call that is admitted makes the default window.
    expect(host.container.windows).toHaveLength(values === WINDOW ? 1 : 0);
  });

  test.each([
    ['not enabled', false, 8, EVERYTHING, 'EPERM'],
    ['unreadable', true, 31, EVERYTHING, 'EFAULT'],
    ['argsz', true, 32, EVERYTHING, 'EINVAL'],
    ['flags', true, 32, { flags: 4n }, 'EINVAL'],
    ['no window', true, 32, { flags: 3n, iova: 1n << 40n }, 'ENXIO'],
    ['size', true, 32, { flags: 3n, iova: 1n, size: 1n }, 'EINVAL'],
    ['no access', true, 32, { flags: 0n, iova: 1n, size: 4096n }, 'EINVAL'],
  ] as const)('MAP: %s', (_what, isEnabled, bytes, values, errno) => {
    const host = isEnabled ? withMemory(new TestHost()) : new TestHost();
    host.container.attach(host.group);
    expect(make(host, 'MAP', values, { bytes }).refusal?.errno).toBe(errno);
  });

  test('MAP: a misaligned bus address is the last of all, and +1', () => {
    expect(make(attached(), 'MAP', { flags: 3n, iova: 1n, size: 4096n }).rc).toBe(1);
  });

  test.each([
    ['MAP', 31n, 32n],
    ['UNMAP', 23n, 24n],
    ['REGISTER', 23n, 24n],
    ['UNREGISTER', 23n, 24n],
    ['CREATE', 39n, 40n],
    ['REMOVE', 15n, 16n],
    ['GET_INFO', 15n, 16n],
  ] as const)('%s refuses an argsz of %i and not of %i', (call, less, enough) => {
    expect(make(attached(), call, { argsz: less }).refusal?.reason).toBe(
      `argsz: expected at least ${enough}, got ${less}`,
    );
    expect(make(attached(), call, { argsz: enough }).refusal?.reason ?? '').not.toMatch(/argsz/);
  });

  test('UNREGISTER before any memory was registered is EPERM', () => {
    const host = new TestHost();
    host.container.attach(host.group);
    expect(make(host, 'UNREGISTER', { vaddr: GiB, size: GiB }).refusal?.errno).toBe('EPERM');
  });
});
