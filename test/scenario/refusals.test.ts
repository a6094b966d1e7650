/** Words of a scenario that no machine can be made of; each is refused by its key. */
import { describe, expect, test } from 'vitest';
import { InputError } from '../../models/input-error.ts';
import { resolveScenario, type Scenario } from '../../sim/scenario/scenario.ts';
import { parseSetting } from '../../sim/scenario/settings.ts';

/** The message that a scenario is refused with; empty where it is accepted. */
function refusalOf(scenario: Partial<Scenario>): string {
  try {
    resolveScenario({ settings: [], ...scenario }, 'time');
    return '';
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as Error).message;
  }
}

const set = (...texts: string[]): Partial<Scenario> => ({ settings: texts.map(parseSetting) });

test.each([
  ['32K:1T', 'page size: expected one of 4K, 64K, 2M, 1G, got 32K'],
  ['16M:1T', 'page size: expected one of 4K, 64K, 2M, 1G, got 16M'],
  ['0:1T', 'page size: expected one of'],
  ['64K:3G', 'window size: expected a power of two, got 3G'],
  ['64K:0', 'window size: expected a power of two, got 0'],
  ['64K:4K', 'too far below one page of 64K'],
  ['64K:1T:levels=3', '3 levels of 64K and 64K pages reach 55 address bits, at most 54'],
  ['64K:1T:levels=6', 'levels: expected 1 to 5, got 6'],
  ['64K:1T:levels=0', 'levels: expected 1 to 5, got 0'],
  ['64K:1T:levels=two', "expected levels=N, got 'levels=two'"],
  ['64K:1T:leves=2', "expected levels=N, got 'leves=2'"],
  ['64K:1T:levels=2:more', 'expected PAGE:SIZE[:levels=N]'],
  ['64K', 'expected PAGE:SIZE[:levels=N]'],
  ['', 'expected PAGE:SIZE[:levels=N]'],
  ['64K:big', "size: expected a size such as 64K or 2G, got 'big'"],
])('the window %j is refused, and its words are in the message', (window, message) => {
  const refusal = refusalOf({ windows: [window] });
  expect(refusal).toContain(message);
  expect(refusal).toContain(`window ${window}`);
});

describe('a page size of one PHB', () => {
  test.each([
    ['phb3', '16M:1T', true],
    ['phb3', '256M:1T', true],
    ['phb3', '2M:1T', false],
    ['phb4', '2M:1T', true],
    ['phb4', '1G:1T', true],
    ['phb4', '256M:1T', false],
    ['phb5', '2M:1T', true],
  ])('on %s: %s is accepted: %s', (phb, window, isAccepted) => {
    expect(refusalOf({ phb, windows: [window] }) === '').toBe(isAccepted);
  });
});

// 1 TiB of 64K pages: with tables of 64 KiB, 3 levels reach 55 bits; with tables of 4 KiB only 43.
test('levels=3 that a 64K kernel refuses are accepted on 4K pages', () => {
  const windows = ['64K:1T:levels=3'];
  expect(refusalOf({ windows, ...set('host.pages=64K') })).toContain('55 address bits');
  expect(refusalOf({ windows, ...set('host.pages=4K') })).toBe('');
});

test('a PE has two windows and no third', () => {
  const windows = (count: number) => ({ windows: Array<string>(count).fill('64K:1G') });
  expect(refusalOf(windows(2))).toBe('');
  expect(refusalOf(windows(3))).toContain('at most 2, got 3');
});

test.each([
  'closed',
  'closed:',
  'closed:0',
  'closed:-1',
  'closed:1.5',
  'closed:65537',
  'interval:0',
  'interval:-1',
  'interval:x',
  'interval:0.0001',
  'interval:1e3',
  'interval:1000001',
  'Trace',
  '',
])('the pace %j is refused with the three forms', (pace) => {
  expect(refusalOf({ pace })).toMatch(/^pace: expected trace, closed:N.* or interval:NS, .*got/);
});

test.each([
  'trace',
  'closed:1',
  'closed:65536',
  'interval:0.001',
  'interval:1000000',
])('the pace %s is accepted', (pace) => {
  expect(refusalOf({ pace })).toBe('');
});

test.each([
  ['tceCache.way=2', "did you mean 'tceCache.ways'?"],
  ['host.page=4K', "did you mean 'host.pages'?"],
  ['tcecache.ways=2', "did you mean 'tceCache.ways'?"],
  ['tceCache=4', '--set tceCache: unknown key; known: '],
  ['__proto__=1', '--set __proto__: unknown key; known: '],
  ['tceCache.toString=1', '--set tceCache.toString: unknown key; known: tceCache.entries, '],
  ['tags.count=many', "tags.count: expected a whole number, got 'many'"],
  ['tags.count=', "tags.count: expected a whole number, got ''"],
  ['tags.count=-1', 'tags.count: expected a whole number 1..4096, got -1'],
  ['lineBuffer.entries=-1', 'lineBuffer.entries: expected a whole number 0..65536, got -1'],
  ['link.gbps=-0.5', 'link.gbps: expected 0..10000 with at most three decimals, got -0.5'],
  ['tags.count=0', 'tags.count: expected a whole number 1..4096, got 0'],
  ['memory.readNs=1.5', "memory.readNs: expected a whole number, got '1.5'"],
  ['memory.readNs=1000001', 'memory.readNs: expected a whole number 0..1000000, got 1000001'],
  ['unit.clockMHz=0', 'unit.clockMHz: expected a whole number 1..10000, got 0'],
  ['tags.merge=yes', "tags.merge: expected one of none, entry, line, got 'yes'"],
  ['fault.freezesPe=no', "fault.freezesPe: expected true or false, got 'no'"],
  ['tceCache.hash=crc', "tceCache.hash: expected one of plain, xor, got 'crc'"],
  ['tceCache.replacement=LRU', "expected one of lru, fifo, plru, random, belady, got 'LRU'"],
  ['tceCache.ways=3', 'tceCache.ways: expected a divisor of 1024 (tceCache.entries), got 3'],
  ['tceCache.ways=0', 'tceCache.ways: expected a divisor of 1024 (tceCache.entries), got 0'],
  ['pe.tvesPerPe=4', 'pe.tvesPerPe: only 2 is modelled, got 4'],
  ['pe.count=513', 'pe.count: expected a whole number 1..512, got 513'],
  ['host.pages=8K', "host.pages: expected 4K or 64K, got '8K'"],
  ['host.ram=lots', 'host.ram: expected a size'],
  ['host.freeBlocks=many', 'host.freeBlocks: expected free blocks by order'],
])('the setting %s is refused', (setting, message) => {
  expect(refusalOf(set(setting))).toContain(message);
});

test('of two settings of one key the later one counts', () => {
  expect(refusalOf(set('tceCache.ways=3', 'tceCache.ways=8'))).toBe('');
  expect(refusalOf(set('tceCache.ways=8', 'tceCache.ways=3'))).toContain('got 3');
});

test.each([
  ['pre2022', "firmware: unknown level 'pre2022', did you mean 'pre2021'?"],
  ['v7.0', "firmware: unknown level 'v7.0'; known: post2021, pre2021"],
])('the firmware %s is refused', (firmware, message) => {
  expect(refusalOf({ firmware })).toBe(message);
});

test('with GTE4GB a first window ends at 4 GiB, and a second may be larger', () => {
  const gte4gb = set('pe.tveSelect=gte4gb');
  expect(refusalOf({ windows: ['64K:4G'], ...gte4gb })).toBe('');
  expect(refusalOf({ windows: ['64K:8G'], ...gte4gb })).toContain('expected at most 4G below');
  expect(refusalOf({ windows: ['64K:4G', '64K:8G'], ...gte4gb })).toBe('');
});

test('mapping wants a window', () => {
  expect(refusalOf({ map: 'all' })).toContain('wants a window');
  expect(refusalOf({ map: 'all', windows: ['default'] })).toBe('');
  expect(refusalOf({ map: 'al', windows: ['default'] })).toContain('none, touched, all');
});

describe('the kernel of the host', () => {
  test('decides what a window may be: three levels of 64K pages until 4.18 only', () => {
    const windows = ['64K:1T:levels=3'];
    expect(refusalOf({ windows, ...set('host.kernel=4.18') })).toBe('');
    expect(refusalOf({ windows, ...set('host.kernel=4.19') })).toContain('55 address bits');
  });

  test.each([
    ['host.kernel=6.12-pseries', 'expected a powernv kernel, whose tables the PHB walks'],
    ['host.kernel=4.1', 'expected 4.2 or later, which has DMA windows'],
    ['host.kernel=new', "expected VERSION[-pseries][-4k|-64k] such as 6.12-64k, got 'new'"],
  ])('%s is refused', (setting, words) => {
    expect(refusalOf(set(setting))).toContain(words);
  });
});
