import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../models/input-error.ts';
import { chosen } from '../../models/origin.ts';
import { PARAMETER_RULES } from '../../models/phb/parameter-rules.ts';
import { PHB_PRESETS, presetOf } from '../../models/phb/presets.ts';
import { configOf, type PhbSpec, parametersOf, withParameters } from '../../models/phb/spec.ts';
import { checkUnitConfig } from '../../models/phb/unit-config.ts';

function preset(name: string): PhbSpec {
  const spec = presetOf(name);
  if (spec === undefined) throw new Error(`no preset ${name}`);
  return spec;
}

/** A preset's parameters by key, some of them replaced. */
function changed(spec: PhbSpec, values: Record<string, unknown>): PhbSpec {
  const replaced = Object.entries(values).map(
    ([key, value]) => [key, chosen(value, 'this test')] as const,
  );
  return withParameters(spec, new Map(replaced));
}

describe('the presets', () => {
  test('are found by their own names and by no other', () => {
    expect(PHB_PRESETS.map((spec) => spec.name)).toEqual(['phb3', 'phb4', 'phb4-small', 'phb5']);
    for (const spec of PHB_PRESETS) expect(presetOf(spec.name)).toBe(spec);
    expect(presetOf('phb6')).toBeUndefined();
    expect(presetOf('')).toBeUndefined();
  });

  test.each([
    // name, architecture, PEs, page shifts, TCE entries, ways, RTE entries, tags
    ['phb3', 'ioda2', 256, [12, 16, 24, 28], 64, 64, 64, 32],
    ['phb4', 'ioda3', 512, [12, 16, 21, 30], 1024, 4, 128, 64],
    ['phb4-small', 'ioda3', 256, [12, 16, 21, 30], 512, 4, 64, 64],
    ['phb5', 'ioda3', 512, [12, 16, 21, 30], 1024, 4, 128, 64],
  ] as const)('%s has the sizes that firmware and QEMU give it', (name, ioda, pes, ...sizes) => {
    const [pageShifts, tceEntries, ways, rteEntries, tags] = sizes;
    expect(preset(name).ioda).toBe(ioda);
    expect(configOf(preset(name))).toMatchObject({
      pe: { count: pes, tvesPerPe: 2 },
      pageShifts,
      tceCache: { entries: tceEntries, ways },
      rteCache: { entries: rteEntries },
      tags: { count: tags },
    });
  });

  test('a PHB3 clears its cache in 512 ns, the wait that skiboot keeps', () => {
    const { unit, kill } = configOf(preset('phb3'));
    expect((kill.allCycles * 1000) / unit.clockMHz).toBe(512);
  });

  test('firmware turns page kills into PE kills on PHB4 and PHB5, not on PHB3', () => {
    const escalating = PHB_PRESETS.filter((spec) => configOf(spec).kill.escalatePageKill);
    expect(escalating.map((spec) => spec.name)).toEqual(['phb4', 'phb4-small', 'phb5']);
  });
});

describe.each(PHB_PRESETS.map((spec) => [spec.name, spec] as const))('%s', (_name, spec) => {
  test('gives every parameter a known origin and a source in words', () => {
    for (const { key, origin, source } of parametersOf(spec)) {
      expect(['documented', 'inferred', 'assumed'], key).toContain(origin);
      expect(source.trim(), key).not.toBe('');
    }
  });

  test('names firmware, QEMU, Linux, PCIe or a paper behind every documented value', () => {
    const unnamed = parametersOf(spec)
      .filter(({ origin }) => origin === 'documented')
      .filter(({ source }) => !/skiboot|hostboot|QEMU|Linux|PCIe Base|SIGCOMM/.test(source));
    expect(unnamed).toEqual([]);
  });

  test('leaves no time of the unit or its memory documented', () => {
    const times = parametersOf(spec).filter(({ key }) => /(Cycles|Ns|MHz)$/.test(key));
    expect(times.length).toBeGreaterThan(8);
    expect(times.filter(({ origin }) => origin === 'documented')).toEqual([]);
  });

  test('has the keys of every other preset', () => {
    const keys = (of: PhbSpec) => parametersOf(of).map(({ key }) => key);
    expect(keys(spec)).toEqual(keys(preset('phb4')));
    expect(new Set(keys(spec)).size).toBe(keys(spec).length);
  });

  test('has the parameters that the table of meanings has, in its order', () => {
    expect(parametersOf(spec).map(({ key }) => key)).toEqual(Object.keys(PARAMETER_RULES));
  });

  test('is a configuration that the unit takes', () => {
    expect(() => checkUnitConfig(configOf(spec))).not.toThrow();
  });
});

describe('replacing parameters', () => {
  test('changes the named key and leaves all else, the preset too', () => {
    const before = configOf(preset('phb4'));
    const spec = changed(preset('phb4'), { 'tceCache.ways': 8 });
    expect(configOf(spec)).toEqual({ ...before, tceCache: { ...before.tceCache, ways: 8 } });
    expect(configOf(preset('phb4')).tceCache.ways).toBe(4);
  });

  test('marks the value as chosen, with its source', () => {
    const spec = changed(preset('phb4'), { 'tags.count': 8 });
    expect(parametersOf(spec).filter(({ origin }) => origin === 'chosen')).toEqual([
      { key: 'tags.count', value: 8, origin: 'chosen', source: 'this test' },
    ]);
  });
});

describe('the table of meanings', () => {
  const timing = readFileSync(new URL('../../docs/timing.md', import.meta.url), 'utf8');

  test.each(Object.entries(PARAMETER_RULES))('names rules that timing.md has: %s', (_, {
    rule,
  }) => {
    for (const [number] of rule.matchAll(/T\d+/g)) expect(timing).toContain(`**${number}.**`);
    expect(rule).toMatch(/^(head|-|T\d+(( to |, )T\d+)?)$/);
  });

  test.each([
    ['tags.count', '1..4096'],
    ['walkers.count', '0..4096; 0: as many as tags'],
    ['memory.cachedLines', '0..16777216; 0: none; otherwise a power of two'],
    ['kill.dropWhenFull', 'true, false'],
    ['pe.tvesPerPe', '2 only'],
    ['link.width', '1, 2, 4, 8, 12, 16 or 32'],
  ])('says that %s is %s', (key, text) => {
    expect(PARAMETER_RULES[key].allowed.text).toBe(text);
  });
});

describe('a configuration is refused by its key, what is wanted and what was got', () => {
  const whole = (most: number, got: unknown) => `expected a whole number 1..${most}, got ${got}`;
  const natural = (most: number, got: unknown) => `expected a whole number 0..${most}, got ${got}`;

  test.each([
    ['unit.clockMHz', 0, whole(10_000, 0)],
    ['unit.clockMHz', 10_001, whole(10_000, 10_001)],
    ['unit.clockMHz', 333.3, whole(10_000, 333.3)],
    ['unit.clockMHz', Number.NaN, whole(10_000, 'NaN')],
    ['pe.count', 0, whole(512, 0)],
    ['pe.count', 513, whole(512, 513)],
    ['pe.tvesPerPe', 4, 'only 2 is modelled, got 4'],
    ['rteCache.entries', 0, whole(65_536, 0)],
    ['rteCache.entries', 65_537, whole(65_536, 65_537)],
    ['tceCache.entries', 0, whole(1_048_576, 0)],
    ['tceCache.entries', 1_048_577, whole(1_048_576, 1_048_577)],
    ['tceCache.ways', 12, 'expected a divisor of 1024 (tceCache.entries), got 12'],
    ['tceCache.ways', 0, 'expected a divisor of 1024 (tceCache.entries), got 0'],
    ['tceCache.ways', -4, 'expected a divisor of 1024 (tceCache.entries), got -4'],
    ['tceCache.ways', 2048, 'expected a divisor of 1024 (tceCache.entries), got 2048'],
    ['tceCache.hash', 'crc', "expected one of plain, xor, got 'crc'"],
    ['tceCache.replacement', 'mru', "expected one of lru, fifo, plru, random, belady, got 'mru'"],
    ['walkCache.level1', -1, natural(65_536, -1)],
    ['walkCache.level4', 65_537, natural(65_536, 65_537)],
    ['lineBuffer.entries', 1.5, natural(65_536, 1.5)],
    ['link.generation', 6, natural(5, 6)],
    ['link.width', 3, 'expected 1, 2, 4, 8, 12, 16 or 32 lanes, got 3'],
    ['link.gbps', 0.0001, 'expected 0..10000 with at most three decimals, got 0.0001'],
    ['link.gbps', 10_001, 'expected 0..10000 with at most three decimals, got 10001'],
    ['link.payloadBytes', 64, 'expected one of 128, 256, 512, 1024, 2048, 4096, got 64'],
    ['link.readRequestBytes', 8192, 'expected one of 128, 256, 512, 1024, 2048, 4096, got 8192'],
    ['credits.postedHeaders', 65_537, natural(65_536, 65_537)],
    ['credits.postedData', 15, 'expected 0 or at least 16, the credits of one payload, got 15'],
    ['tceCache.granule', 'page', "expected one of entry, line, got 'page'"],
    ['tceCache.hitUnderMiss', 'some', "expected one of always, other-pes, never, got 'some'"],
    ['tags.merge', 'page', "expected one of none, entry, line, got 'page'"],
    ['walkers.count', 4097, natural(4096, 4097)],
    ['memory.remoteShare', 101, natural(100, 101)],
    ['dma.readEngines', -1, natural(4096, -1)],
    ['kill.queueDepth', 4097, natural(4096, 4097)],
    ['kill.sync', 'writes', "expected one of none, reads, all, got 'writes'"],
    ['rteCache.invalidPe', 'mask', "expected one of refuse, wrap, got 'mask'"],
    ['pe.tveSelect', 'bit60', "expected one of bit59, gte4gb, got 'bit60'"],
    ['tags.count', 0, whole(4096, 0)],
    ['tags.count', 4097, whole(4096, 4097)],
    ['fault.freezesPe', 'yes', "expected true or false, got 'yes'"],
    ['pageShifts', [12, 32], 'expected 12..31, got 32'],
    ['memory.cachedLines', 24, 'expected 0 or a power of two, got 24'],
    ['memory.cachedLines', -1, natural(16_777_216, -1)],
    ['memory.cachedLines', 2 ** 25, natural(16_777_216, 2 ** 25)],
  ])('%s of %s', (key, value, message) => {
    const config = configOf(changed(preset('phb4'), { [key]: value }));
    expect(() => checkUnitConfig(config)).toThrow(InputError);
    expect(() => checkUnitConfig(config)).toThrow(`${key}: ${message}`);
  });

  test('for every time that is negative, broken or too long', () => {
    const times = parametersOf(preset('phb4')).filter(({ key }) => /(Cycles|Ns)$/.test(key));
    for (const { key } of times) {
      for (const value of [-1, 0.5, 1_000_001]) {
        const config = configOf(changed(preset('phb4'), { [key]: value }));
        expect(() => checkUnitConfig(config), key).toThrow(`${key}: ${natural(1_000_000, value)}`);
      }
    }
  });

  test('where the xor hash has no power of two of sets, which the plain index takes', () => {
    const odd = { 'tceCache.entries': 96, 'tceCache.ways': 4 };
    expect(() => checkUnitConfig(configOf(changed(preset('phb4'), odd)))).toThrow(
      'tceCache.hash: xor wants a power of two of sets, got 24 (96 entries / 4 ways)',
    );
    const plain = configOf(changed(preset('phb4'), { ...odd, 'tceCache.hash': 'plain' }));
    expect(() => checkUnitConfig(plain)).not.toThrow();
  });

  test('where the tree of plru has no power of two of ways, or more than 32', () => {
    const plru = (entries: number, ways: number) =>
      configOf(
        changed(preset('phb4'), {
          'tceCache.replacement': 'plru',
          'tceCache.entries': entries,
          'tceCache.ways': ways,
        }),
      );
    expect(() => checkUnitConfig(plru(24, 3))).toThrow(
      'tceCache.replacement: plru wants 1, 2, 4 .. 32 ways, got 3',
    );
    expect(() => checkUnitConfig(plru(1024, 64))).toThrow(
      'tceCache.replacement: plru wants 1, 2, 4 .. 32 ways, got 64',
    );
    expect(() => checkUnitConfig(plru(1024, 32))).not.toThrow();
  });
});
