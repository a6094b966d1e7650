/** Sections of the report: what is there, what is left out, and the words for it. */
import { writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import type { UnitConfig } from '../../models/phb/unit-config.ts';
import { formatNs } from '../../sim/report/numbers.ts';
import { renderText } from '../../sim/report/render-text.ts';
import { runReport } from '../../sim/report/run-report.ts';
import type { Result } from '../../sim/results/result-schema.ts';
import { succeed, workFolder } from '../cli/command.ts';
import { mixedTrace, runJson, writeCsv } from '../results/run.ts';

const path = workFolder();
const WINDOW = ['--window', '64K:1G:levels=2', '--map', 'touched'];

/** A result to tell variants of. */
let plain: Result;

beforeAll(async () => {
  writeCsv(path('mixed.csv'), mixedTrace().rows);
  plain = await runJson('--trace', path('mixed.csv'), ...WINDOW);
});

/** The sections of the plain result as if the unit had been another. */
function simulated(config: Partial<UnitConfig>): Map<string, string[]> {
  const set = { ...(plain.scenario.set as UnitConfig), ...config };
  return sectionsOf({ ...plain, scenario: { ...plain.scenario, set } });
}

function sectionsOf(result: Result): Map<string, string[]> {
  return sectionsIn(renderText(runReport(result, 'title')));
}

/** The report of a run by its sections. */
async function report(...args: string[]): Promise<Map<string, string[]>> {
  return sectionsIn(await succeed('run', ...args));
}

/** The sections of a report by title; lines without their indent, blanks as one. */
function sectionsIn(text: string): Map<string, string[]> {
  const [, ...sections] = text.trimEnd().split('\n\n');
  return new Map(
    sections.map((section) => {
      const [title, ...lines] = section.split('\n');
      return [title, lines.map((line) => line.trim().replaceAll(/\s+/g, ' '))];
    }),
  );
}

const mixed = (...args: string[]) => report('--trace', path('mixed.csv'), ...WINDOW, ...args);
const words = (lines: string[] | undefined) => (lines ?? []).join(' ');

test('a part in which nobody spent time is left out, in every section', async () => {
  const unlimited = ['link.generation', 'dma.readEngines', 'credits.nonPostedHeaders'];
  const credits = ['credits.postedHeaders', 'credits.postedData'];
  const settings = [...unlimited, ...credits].flatMap((key) => ['--set', `${key}=0`]);
  const sections = await mixed(...settings);
  for (const title of ['Latency', 'Windows']) {
    const lines = sections.get(title) as string[];
    const names = ['walk', 'link', 'engine wait', 'completion', 'credit wait'];
    const shown = names.map((name) => lines.some((line) => line.startsWith(name)));
    expect([title, shown]).toEqual([title, [true, false, false, false, false]]);
  }
});

test('latency tells reads, writes and all, and one of them where there are no others', async () => {
  const trace = writeCsv(path('reads.csv'), ['0,read,0,256,1,64,0,0', '900,read,0,256,1,64,64,0']);
  const directions = (lines: string[] | undefined) =>
    (lines ?? [])
      .map((line) => line.split(' ')[0])
      .filter((name) => /^(reads|writes|all)$/.test(name));
  expect(directions(sectionsOf(plain).get('Latency'))).toEqual(['reads', 'writes', 'all']);
  const sections = await report('--trace', trace, ...WINDOW);
  expect(directions(sections.get('Latency'))).toEqual(['reads']);
});

test('line buffer hits stand in the report where there is a line buffer', () => {
  const told = (entries: number) => words(simulated({ lineBuffer: { entries } }).get('Requests'));
  expect(told(0)).not.toContain('line buffer hits');
  expect(told(16)).toContain('line buffer hits 0');
});

describe('the section on freezes', () => {
  const rows = (cause: string[]) => ['0,map,0,256,1,65536,0,0x30000000', ...cause];
  const dropped = ['9000,read,0,256,1,64,0,0', '9100,write,0,256,1,64,0,0'];

  test('is not there when nothing froze', async () => {
    expect((await mixed('--set', 'fault.freezesPe=false')).has('Freezes')).toBe(false);
  });

  test('tells the fault, the PEST, the dropped requests, and how to go on', async () => {
    const fault = ['5000,write,0,256,1,64,0x20040,0'];
    const trace = writeCsv(path('fault.csv'), [...rows(fault), ...dropped]);
    const lines = (await report('--trace', trace, '--window', '64K:1G')).get('Freezes') as string[];
    expect(lines[1]).toMatch(/^0 1 page-fault 5\.\d us the end 2$/);
    // PEST0: bit 18 and the RID in bits 32:47; PEST1: the address in bits 3:63 (skiboot phb4-regs.h).
    expect(lines[3]).toBe('0 1 01:00.0 0x20040 0x0000200001000000 0x0000000000020040');
    expect(words(lines)).toContain('2 requests (66.7 %) were dropped: their PE was frozen.');
    expect(words(lines)).toContain('--set fault.freezesPe=false');
  });

  test('gives no such hint for a freeze that software wanted', async () => {
    const asked = ['5000,freeze,0,256,1,0,0,0'];
    const trace = writeCsv(path('asked.csv'), [...rows(asked), ...dropped]);
    const lines = (await report('--trace', trace, '--window', '64K:1G')).get('Freezes') as string[];
    expect(lines[1]).toMatch(/^0 1 software 5\.\d us the end 2$/);
    expect(words(lines)).not.toContain('freezesPe');
  });

  test('tells a fence, and when the PHB was reset', async () => {
    const fence = ['5000,fence,0,0,0,0,0,0', ...dropped, '9500,reset,0,0,0,0,0,0'];
    const trace = writeCsv(path('fence.csv'), rows(fence));
    const lines = (await report('--trace', trace, '--window', '64K:1G')).get('Freezes') as string[];
    expect(lines[0]).toBe('fenced PHB from until');
    expect(lines[1]).toMatch(/^0 5\.0 us 9\.5 us$/);
    expect(words(lines)).toContain('2 requests (100.0 %) were dropped: their PHB was fenced.');
  });
});

test('kills tell their completion and the stale window', () => {
  const lines = sectionsOf(plain).get('TCE kills') as string[];
  const of = (name: string) => lines.find((line) => line.startsWith(name))?.split(' ').length;
  expect([of('completion'), of('stale window')]).toEqual([7, 8]);
});

test.each([
  ['trace', "the trace's own times"],
  ['interval:3.5', 'a request every 3.5 ns on each PHB'],
  ['closed:1', 'closed loop, 1 request outstanding on each PHB'],
  [
    'closed:8,every:5.5,each:device',
    'closed loop, 8 requests outstanding, at least 5.5 ns apart, on each device',
  ],
])('pacing %s is told in words', (pace, wanted) => {
  const sections = sectionsOf({ ...plain, scenario: { ...plain.scenario, pace } });
  expect(words(sections.get('Simulated'))).toContain(`pacing ${wanted}`);
});

test('the first section tells the link, the walkers and the caches', () => {
  const told = (config: Partial<UnitConfig>) => words(simulated(config).get('Simulated'));
  const { set } = plain.scenario as { set: UnitConfig };
  expect(told({ walkers: { count: 8 } })).toContain('64 tags, 8 walkers, 64 read engines');
  expect(told({ link: { ...set.link, gbps: 12.5 } })).toContain(
    'link 12.5 Gb/s, payload 256 bytes, read requests 512 bytes',
  );
  // 16 lanes of 16 GT/s, 128 of 130 bits.
  expect(told({})).toContain('link Gen4 x16, 252.1 Gb/s');
  expect(told({ link: { ...set.link, generation: 0 } })).toContain('link takes no time');
  expect(told({ lineBuffer: { entries: 16 } })).toContain('line buffer 16 lines');
  expect(told({})).toContain('walk cache off');
  expect(told({ walkCache: { level1: 16, level2: 1, level3: 0, level4: 0 } })).toContain(
    'walk cache level 1: 16 TCEs, level 2: 1 TCE',
  );
});

test('a report of many windows with every part and long waits keeps to 80 columns', async () => {
  const rows = Array.from({ length: 4000 }, (_, row) => {
    const pe = 1 + (row % 14);
    const address = (row % 3 === 0 ? '0x8000000000' : '0x') + (row * 4096).toString(16);
    const op = row % 2 === 0 ? 'read' : 'write';
    return `${row},${op},${row % 5},${pe * 256},${pe},4096,${address},0`;
  });
  const trace = path('many.csv');
  writeFileSync(trace, ['time_ns,op,phb,rid,pe,length,address,value', ...rows].join('\n'));
  const tight = ['tags.count=1', 'walkers.count=1', 'dma.readEngines=1', 'dma.readNs=200000'];
  const text = await succeed(
    ...['run', '--trace', trace, '--window', '4K:1G:levels=2', '--window', '64K:1T'],
    ...['--map', 'touched', '--firmware', 'pre2021', '--set', 'credits.nonPostedHeaders=2'],
    ...tight.flatMap((each) => ['--set', each]),
  );
  expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
  expect(text).toMatch(/link .* ms/);
});

test.each([
  [0, '0'],
  [12.34, '12.3'],
  [123.4, '123'],
  [999_999, '999,999'],
  [1_000_000, '1 ms'],
  [1_234_567, '1.2 ms'],
  [2_147_483_648, '2.1 s'],
])('%d ns are told as %s', (ns, wanted) => {
  expect(formatNs(ns)).toBe(wanted);
});

test('requests tell what they moved and at which rate', () => {
  const moved = { readBytes: 3 * 2 ** 20, writtenBytes: 2 ** 20, simulatedNs: 1_000_000 };
  // 4 MiB in a millisecond.
  expect(words(sectionsOf({ ...plain, ...moved }).get('Requests'))).toContain(
    '3 MiB to read, 1 MiB to write: 33.6 Gb/s over 1 ms.',
  );
});
