import { expect, test } from 'vitest';
import { LockedMemory } from '../../models/kernel/locked-memory.ts';

const limit = { limitBytes: 131_072n, capIpcLock: false, pageShift: 16 };

test('the last page under the limit is charged, and not one more', () => {
  const locked = new LockedMemory(limit);
  expect(locked.charge(131_072n)).toBeUndefined();
  expect(locked.charge(65_536n)).toBe(
    '64 KiB of locked memory wanted, 128 KiB of 128 KiB in use (RLIMIT_MEMLOCK)',
  );
  expect(locked.lockedBytes).toBe(131_072n);
  locked.refund(65_536n);
  expect(locked.charge(65_536n)).toBeUndefined();
});

test('CAP_IPC_LOCK passes the limit and is counted all the same', () => {
  const locked = new LockedMemory({ ...limit, capIpcLock: true });
  expect(locked.charge(1n << 40n)).toBeUndefined();
  expect(locked.lockedBytes).toBe(1n << 40n);
});

test('less than a page costs nothing, on a full account too', () => {
  const locked = new LockedMemory(limit);
  locked.charge(131_072n);
  expect(locked.charge(65_535n)).toBeUndefined();
  expect(locked.lockedBytes).toBe(131_072n);
});

test('a leak stays charged and is told apart', () => {
  const locked = new LockedMemory(limit);
  locked.charge(131_072n);
  locked.leak(65_536n);
  expect([locked.lockedBytes, locked.leakedBytes]).toEqual([131_072n, 65_536n]);
});
