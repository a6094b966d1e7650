import { describe, expect, test } from 'vitest';
import { NO_TABLE, OPAL_PARAMETER, OPAL_SUCCESS, Opal } from '../../models/firmware/opal.ts';
import { PHB3, PHB4, RecordingPhb } from './vfio-host.ts';

const TABLE = { root: 0x1234_0000n, levels: 1, levelBytes: 4 << 20, pageShift: 12 };

function firmware(limits = PHB4) {
  const phb = new RecordingPhb();
  return { phb, opal: new Opal(phb, limits) };
}

describe('mapping a DMA window', () => {
  test.each([
    [{ ...TABLE }, 0x0000_0001_2340_0b01n],
    [{ root: 0x1f_0000n, levels: 2, levelBytes: 65_536, pageShift: 16 }, 0x1f02505n],
    [{ root: 0x1f_0000n, levels: 3, levelBytes: 65_536, pageShift: 12 }, 0x1f04501n],
    [{ root: 0x2_8000_0000n, levels: 1, levelBytes: 2 ** 27, pageShift: 16 }, 0x28_0000_1005n],
  ])('writes the TVE of %o', (table, tve) => {
    const { phb, opal } = firmware();
    expect(opal.mapPeDmaWindow(5, 11, table)).toBe(OPAL_SUCCESS);
    expect(phb.tvt).toEqual(new Map([[11, tve]]));
  });

  test('writes zero for a window of no size, whatever else is said', () => {
    const { phb, opal } = firmware();
    expect(opal.mapPeDmaWindow(5, 10, NO_TABLE)).toBe(OPAL_SUCCESS);
    expect(phb.tvt).toEqual(new Map([[10, 0n]]));
  });

  test.each([
    ['a PE that the PHB has not', 512, 1024, TABLE],
    ['the window of another PE', 5, 12, TABLE],
    ['no level', 5, 10, { ...TABLE, levels: 0 }],
    ['six levels', 5, 10, { ...TABLE, levels: 6 }],
    ['a size that is no power of two', 5, 10, { ...TABLE, levelBytes: 12_288 }],
    ['less than 4 KiB', 5, 10, { ...TABLE, levelBytes: 2048 }],
    ['more than the TVE can say', 5, 10, { ...TABLE, levelBytes: 2 ** 43 }],
    ['pages of 16M', 5, 10, { ...TABLE, pageShift: 24 }],
  ])('refuses %s and writes nothing', (_what, pe, windowId, table) => {
    const { phb, opal } = firmware();
    expect(opal.mapPeDmaWindow(pe, windowId, table)).toBe(OPAL_PARAMETER);
    expect(phb.tvt.size).toBe(0);
  });

  test('takes pages of 16M on a PHB3 and not of 2M', () => {
    const { opal } = firmware(PHB3);
    expect(opal.mapPeDmaWindow(5, 10, { ...TABLE, pageShift: 24 })).toBe(OPAL_SUCCESS);
    expect(opal.mapPeDmaWindow(5, 10, { ...TABLE, pageShift: 21 })).toBe(OPAL_PARAMETER);
  });
});

describe('killing pages', () => {
  const run = { pe: 5, pageShift: 16, address: 0x0800_0000_1234_0000n, pages: 2 };

  test('is one register write a page on a PHB3', () => {
    const { phb, opal } = firmware(PHB3);
    opal.killPages(run);
    expect(phb.kills).toEqual([0x2800_0000_1234_0005n, 0x2800_0000_1235_0005n]);
    opal.killPages({ ...run, pages: 0 });
    expect(phb.kills).toHaveLength(2);
  });

  test('is one kill of the PE on a PHB4 with HW560152, even for no page', () => {
    const { phb, opal } = firmware();
    opal.killPages(run);
    opal.killPages({ ...run, pages: 0 });
    expect(phb.kills).toEqual([0x4000_0000_0000_0005n, 0x4000_0000_0000_0005n]);
  });

  test('names the page size on a PHB4 without the escalation', () => {
    const { phb, opal } = firmware({ ...PHB4, escalatePageKill: false });
    opal.killPages({ ...run, pages: 1 });
    opal.killPages({ ...run, pages: 1, pageShift: 12 });
    expect(phb.kills).toEqual([0x3800_0000_1234_1005n, 0x2800_0000_1234_0005n]);
  });
});
