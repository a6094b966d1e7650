/** Memory mapped for good into a window: published counts, and the calls that are really made. */
import { describe, expect, test } from 'vitest';
import { directMapCost, mapRun } from '../../models/pseries/direct-map.ts';
import { H_PARAMETER, H_SUCCESS } from '../../models/pseries/hcall.ts';
import {
  PartitionPlatform,
  POWERVM_PLATFORM,
  QEMU_PLATFORM,
} from '../../models/pseries/platform.ts';
import { callerOf, GiB, MiB, newMemory, START_64, TiB } from './pseries-host.ts';

describe('memory mapped for good', () => {
  test.each([
    [16n * GiB, 12, 4_194_304n, 32n * MiB, 8192n],
    [16n * GiB, 16, 262_144n, 2n * MiB, 512n],
    [16n * GiB, 21, 8192n, 65_536n, 16n],
    [16n * GiB, 24, 1024n, 8192n, 2n],
    [16n * GiB, 30, 16n, 128n, 1n],
    [64n * GiB, 12, 16_777_216n, 128n * MiB, 32_768n],
    [64n * GiB, 16, 1_048_576n, 8n * MiB, 2048n],
    [64n * GiB, 21, 32_768n, 256n * 1024n, 64n],
    [64n * GiB, 24, 4096n, 32_768n, 8n],
    [64n * GiB, 30, 64n, 512n, 1n],
    [TiB, 12, 268_435_456n, 2n * GiB, 524_288n],
    [TiB, 16, 16_777_216n, 128n * MiB, 32_768n],
    [TiB, 21, 524_288n, 4n * MiB, 1024n],
    [TiB, 24, 65_536n, 512n * 1024n, 128n],
    [TiB, 30, 1024n, 8192n, 2n],
  ])('%d bytes of 2^%d pages take %d TCEs, %d bytes of table, %d calls', (ram, shift, tces, table, calls) => {
    expect(directMapCost(ram, shift)).toEqual({ tces, tableBytes: table, calls });
  });

  test.each([
    [16n * GiB, 16],
    [16n * GiB, 21],
    [TiB, 21],
    [TiB, 24],
  ])('%d bytes of 2^%d pages take as many calls when they are made', (ram, pageShift) => {
    const platform = new PartitionPlatform(POWERVM_PLATFORM, newMemory(64), newMemory(1));
    const windowShift = ram.toString(2).length - 1;
    const window = { liobn: 9, start: START_64, pageShift, windowShift };
    platform.hypervisor.open({ liobn: 9, start: START_64, pageShift, bytes: ram });
    const { code, tces, calls } = mapRun(callerOf(platform), window, { start: 0n, bytes: ram });
    const cost = directMapCost(ram, pageShift);
    expect([code, BigInt(tces), BigInt(calls)]).toEqual([H_SUCCESS, cost.tces, cost.calls]);
    const last = ram - (1n << BigInt(pageShift));
    expect(platform.hypervisor.getTce(9, START_64 + last).tce).toBe(last | 3n);
  });

  test('leaves the end of a run that is no whole page out, as the kernel does', () => {
    const platform = new PartitionPlatform(QEMU_PLATFORM, newMemory(), newMemory(1));
    platform.hypervisor.open({ liobn: 9, start: 0n, pageShift: 24, bytes: GiB });
    const window = { liobn: 9, start: 0n, pageShift: 24, windowShift: 30 };
    const run = { start: 8n * MiB, bytes: 32n * MiB };
    // 8 MiB in front are rounded to the page: 40 MiB from 0 are two and a half pages.
    expect(mapRun(callerOf(platform), window, run)).toMatchObject({ tces: 2, calls: 1 });
    expect(platform.hypervisor.getTce(9, 0n).tce).toBe(3n);
    expect(platform.hypervisor.getTce(9, 32n * MiB).tce).toBe(0n);
    // Less than one page is a list of none, which QEMU does not take.
    const small = { start: 0n, bytes: 8n * MiB };
    expect(mapRun(callerOf(platform), window, small)).toMatchObject({
      code: H_PARAMETER,
      calls: 1,
    });
  });

  test('without lists is one H_PUT_TCE for each page', () => {
    const platform = new PartitionPlatform(QEMU_PLATFORM, newMemory(), newMemory(1));
    platform.hypervisor.open({ liobn: 9, start: START_64, pageShift: 21, bytes: GiB });
    const window = { liobn: 9, start: START_64, pageShift: 21, windowShift: 30 };
    const run = { start: 0n, bytes: GiB };
    expect(mapRun(callerOf(platform, false), window, run).calls).toBe(512);
    expect(platform.hypervisor.calls.H_PUT_TCE).toBe(512);
    expect(platform.hypervisor.getTce(9, START_64 + GiB - 2n * MiB).tce).toBe(GiB - 2n * MiB + 3n);
  });
});
