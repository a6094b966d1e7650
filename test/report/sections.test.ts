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
    expect(lines[1]).toMatch(/^0 1 page-fault 5\.\d us the end$/);
    expect(lines.slice(4, 6)).toEqual(['PHB PE dropped', '0 1 2']);
    // PEST0: bit 18 and the RID in bits 32:47; PEST1: the address in bits 3:63 (skiboot phb4-regs.h).
    expect(lines[3]).toBe('0 1 01:00.0 0x20040 0x0000200001000000 0x0000000000020040');
    expect(words(lines)).toContain('2 requests (66.7 %) were dropped: their PE was frozen.');
    expect(words(lines)).toContain('--set fault.freezesPe=false');
  });

  test('gives no such hint for a freeze that software wanted', async () => {
    const asked = ['5000,freeze,0,256,1,0,0,0'];
    const trace = writeCsv(path('asked.csv'), [...rows(asked), ...dropped]);
    const lines = (await report('--trace', trace, '--window', '64K:1G')).get('Freezes') as string[];
    expect(lines[1]).toMatch(/^0 1 software 5\.\d us the end$/);
    expect(words(lines)).not.toContain('freezesPe');
  });

  test('tells the dropped requests of a PE once, however often it froze', async () => {
    const events = ['5000,freeze,0,256,1,0,0,0', '6000,read,0,256,1,64,0,0'];
    const again = ['7000,unfreeze,0,256,1,0,0,0', '8000,freeze,0,256,1,0,0,0', ...dropped];
    const trace = writeCsv(path('twice.csv'), [...rows(events), ...again]);
    const lines = (await report('--trace', trace, '--window', '64K:1G')).get('Freezes') as string[];
    expect(lines.filter((line) => line.startsWith('0 1 software'))).toHaveLength(2);
    const head = lines.indexOf('PHB PE dropped');
    expect(lines.slice(head + 1, head + 3)).toEqual([
      '0 1 3',
      '3 requests (100.0 %) were dropped: their PE was frozen.',
    ]);
  });

  test('tells dropped requests that reached no window apart from those of PEs', () => {
    const { noWindow, freezes } = plain;
    const lines = sectionsOf({
      ...plain,
      pes: plain.pes.slice(0, 1).map((pe) => ({ ...pe, dropped: { frozen: 5, fenced: 0 } })),
      noWindow: { ...noWindow, dropped: { frozen: 7, fenced: 0 } },
      freezes: { ...freezes, list: freezes.list.slice(0, 1) },
    }).get('Freezes') as string[];
    const head = lines.indexOf('PHB PE dropped');
    expect(lines.slice(head + 1, head + 3)).toEqual(['0 1 5', 'any that reached no window 7']);
  });

  test('says nothing of dropped requests where none was, and counts one freeze as one', () => {
    const [freeze] = plain.freezes.list;
    const list = Array.from({ length: 9 }, () => freeze);
    const nothing = { frozen: 0, fenced: 0 };
    const told = words(
      sectionsOf({ ...plain, dropped: nothing, freezes: { count: 9, list } }).get('Freezes'),
    );
    expect(told).not.toContain('were dropped');
    expect(told).toContain('1 more freeze; the JSON result has the first 9.');
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

describe('the section on kills', () => {
  const told = (kills: Partial<Result['kills']>, pace = 'trace') =>
    words(
      sectionsOf({
        ...plain,
        scenario: { ...plain.scenario, pace },
        kills: { ...plain.kills, ...kills },
      }).get('TCE kills'),
    );

  test('says that a closed loop leaves the queue nothing to do', () => {
    const note = 'kill.queueDepth and kill.dropWhenFull cannot act';
    expect(told({}, 'closed:4')).toContain(note);
    expect(told({})).not.toContain(note);
  });

  test('tells lost kills and the stale translations that were used', () => {
    expect(told({ lost: 3, staleUses: 20 })).toContain(
      '3 kills were lost: what they named stays cached, their stale window has no end; 20 requests used a translation that memory no longer held.',
    );
    expect(told({ lost: 1, staleUses: 1 })).toContain(
      '1 kill was lost: what it named stays cached, its stale window has no end; 1 request used',
    );
    expect(told({ lost: 0 })).not.toContain('lost');
  });

  test('speaks of one dropped TCE in the singular', () => {
    expect(told({ droppedEntries: 1 })).toContain('dropped 1 TCE from the TCE caches');
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

describe('the section on requests', () => {
  const told = (changes: Partial<Result>) =>
    words(sectionsOf({ ...plain, ...changes }).get('Requests'));
  const carried = (payloadBytes: number, gbps: number) => ({
    payloadBytes,
    bytes: payloadBytes + 1000,
    gbps,
    share: 0.5,
  });

  test('tells what was moved in each direction, and what that is on the wire', () => {
    const [upstream, downstream] = [carried(3 * 2 ** 20, 27.24), carried(2 ** 20, 9.06)];
    const link = { links: 1, gbps: 252.06, upstream, downstream };
    // 3 MiB and 1 MiB in a millisecond.
    const sentences = told({ link, simulatedNs: 1_000_000 });
    expect(sentences).toContain(
      'Payload over 1 ms: writes 3 MiB, 25.2 Gb/s; reads 1 MiB, 8.4 Gb/s.',
    );
    expect(sentences).toContain('On the wire, 27.2 Gb/s upstream and 9.1 downstream (link 252.1).');
    expect(told({ link: { ...link, links: 4 } })).toContain('(each link 252.1)');
    expect(told({ link: { ...link, gbps: 0 } })).toContain('(the link takes no time)');
    const none = { ...link, upstream: carried(0, 1), downstream: carried(0, 0) };
    expect(told({ link: none, simulatedNs: 1_000_000 })).toContain(
      'Payload over 1 ms: none reached memory.',
    );
  });

  test('tells the first fault of every kind, once', () => {
    const kinds = [
      ...['page-fault', 'access-fault', 'tve-invalid'],
      ...['tvt-address', 'unsupported-address', 'bad-rte'],
    ];
    const firstFaults = [0, 1].flatMap((phb) =>
      kinds.map((kind) => ({ kind, phb, rid: '01:00.0', address: '0x40' })),
    );
    const sentences = told({ firstFaults });
    for (const kind of kinds) expect(sentences).toContain(`First ${kind} on PHB 0: RID 01:00.0`);
    expect(sentences).not.toContain('on PHB 1');
  });

  test('asks for a window only where the PHB has the PE', () => {
    const hint = (kind: string) =>
      told({ windows: [], faults: 2, faultsByKind: { ...plain.faultsByKind, [kind]: 2 } });
    expect(hint('tve-invalid')).toContain('give one with --window');
    expect(hint('bad-rte')).not.toContain('give one with --window');
    expect(hint('bad-rte')).toContain(
      "the trace's PE#s are none of the 512 (from 0) that phb4 has",
    );
  });

  test('speaks of one thing in the singular', () => {
    const sentences = told({ agreed: 1, differed: 0, notCompared: 0, replacedRows: 1 });
    expect(sentences).toContain('recorded 1 real address: 1 agree');
    expect(sentences).toContain('1 row that makes windows and tables was left out');
  });
});

describe('long waits for the link', () => {
  /** The latency section with so long a mean wait, in ns, so full a link, and kills for so much of the time. */
  const told = (pace: string, wait: number, share: number, heldShare = 0.5) => {
    const { latency, scenario, kills } = plain;
    const linkPart = { ...latency.parts.link, mean: wait, max: wait };
    const link = { ...plain.link, links: 1, gbps: 252.06 };
    return words(
      sectionsOf({
        ...plain,
        scenario: { ...scenario, pace },
        kills: { ...kills, heldShare },
        link: { ...link, upstream: { ...link.upstream, share } },
        latency: { ...latency, mean: wait + 300, parts: { ...latency.parts, link: linkPart } },
      }).get('Latency'),
    );
  };

  test('are laid to what the trace offers where the link is full', () => {
    expect(told('trace', 20_000, 0.999)).toContain(
      'the trace offers more than the 252.1 Gb/s that it carries, and the queue in front of it grows.',
    );
    expect(told('interval:1', 20_000, 0.999)).toContain('the interval offers more than');
  });

  test('may come from credits where the link is not full', () => {
    for (const [pace, share] of [
      ['trace', 0.5],
      ['closed:4096', 0.999],
    ] as const) {
      const sentences = told(pace, 20_000, share);
      expect(sentences).toContain('waiting for the link, or for credits in front of it.');
      expect(sentences).not.toContain('offers');
    }
  });

  test('are laid to kills that hold the lookups nearly always', () => {
    const sentences = told('trace', 20_000, 0.01, 0.996);
    expect(sentences).toContain('TCE kills hold the lookups 99.6 % of the time');
    expect(sentences).not.toContain('credits');
    expect(sentences).toContain('--pace closed:32');
    // A closed loop waits for them: nothing piles up.
    for (const wait of [900, 20_000]) {
      const closed = told('closed:32', wait, 0.01, 0.996);
      expect(closed).toContain('the trace takes longer by them, and no latency shows it');
      expect(closed).not.toContain('--pace');
    }
    expect(told('trace', 900, 0.01, 0.996)).not.toContain('TCE kills hold');
  });

  test('are not told while they are short', () => {
    expect(told('trace', 900, 0.999)).not.toContain('Most of the latency');
  });
});

test('a trace without requests has no section on latency', async () => {
  const trace = writeCsv(path('empty.csv'), ['0,map,0,256,1,65536,0,0x30000003']);
  const sections = await report('--trace', trace, '--window', '64K:1G');
  expect(words(sections.get('Requests'))).toContain('The trace has no DMA.');
  expect(sections.has('Latency')).toBe(false);
});

test('the level of firmware is told where it changes something: not on PHB3', async () => {
  expect(words((await mixed('--phb', 'phb4')).get('Simulated'))).toContain('firmware post2021');
  expect(words((await mixed('--phb', 'phb3')).get('Simulated'))).not.toContain('firmware');
});

test('one of a kind stands in the singular', () => {
  const { set } = plain.scenario as { set: UnitConfig };
  const tceCache = { ...set.tceCache, entries: 1, ways: 1 };
  const told = words(simulated({ tceCache, lineBuffer: { entries: 1 } }).get('Simulated'));
  expect(told).toContain('TCE cache 1 TCE, 1 way, hash');
  expect(told).toContain('line buffer 1 line walk cache');
});
