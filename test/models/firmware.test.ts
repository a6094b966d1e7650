/** Levels of firmware over the presets: what skiboot changed in 2021. */
import { describe, expect, test } from 'vitest';
import { DEFAULT_FIRMWARE, FIRMWARE_LEVELS, underFirmware } from '../../models/phb/firmware.ts';
import { PHB_PRESETS, presetOf } from '../../models/phb/presets.ts';
import { configOf, type PhbSpec, parametersOf } from '../../models/phb/spec.ts';
import { checkUnitConfig } from '../../models/phb/unit-config.ts';

function under(phb: string, level: string): PhbSpec {
  const spec = presetOf(phb);
  const firmware = FIRMWARE_LEVELS.find(({ name }) => name === level);
  if (!spec || !firmware) throw new Error(`${phb} or ${level} is gone`);
  return underFirmware(spec, firmware);
}

describe.each(['phb4', 'phb4-small', 'phb5'])('%s', (phb) => {
  test('before 2021 has a line buffer of 16 lines and page kills', () => {
    const { lineBuffer, kill } = configOf(under(phb, 'pre2021'));
    expect([lineBuffer.entries, kill.escalatePageKill]).toEqual([16, false]);
  });

  test('after 2021 has no line buffer, and page kills become PE kills', () => {
    const { lineBuffer, kill } = configOf(under(phb, 'post2021'));
    expect([lineBuffer.entries, kill.escalatePageKill]).toEqual([0, true]);
  });

  test('differs in these two parameters only, and both say why', () => {
    const after = new Map(parametersOf(under(phb, 'post2021')).map((each) => [each.key, each]));
    const changed = parametersOf(under(phb, 'pre2021')).filter(
      ({ key, value }) => after.get(key)?.value !== value,
    );
    expect(changed.map(({ key, origin }) => [key, origin])).toEqual([
      ['lineBuffer.entries', 'assumed'],
      ['kill.escalatePageKill', 'documented'],
    ]);
    for (const { source } of changed) expect(source).toMatch(/^pre2021: .*skiboot before/);
  });
});

test('the default is the presets as they are', () => {
  for (const { name } of PHB_PRESETS) expect(under(name, DEFAULT_FIRMWARE)).toEqual(presetOf(name));
});

test('PHB3 knows no difference', () => {
  expect(under('phb3', 'pre2021')).toEqual(presetOf('phb3'));
});

test('every level gives a machine that can be built', () => {
  for (const { name } of PHB_PRESETS) {
    for (const level of FIRMWARE_LEVELS) {
      expect(() => checkUnitConfig(configOf(under(name, level.name)))).not.toThrow();
    }
  }
});
