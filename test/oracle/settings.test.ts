/** What the environment may ask of the oracle. */
import { expect, test } from 'vitest';
import { oracleSettings } from './settings.ts';

test('asks for 4000 cases of a new seed, and for no nightly run', () => {
  expect(oracleSettings({})).toEqual({ cases: 4000, minutes: 0 });
});

test('takes whole numbers', () => {
  const env = { ORACLE_CASES: '20000', ORACLE_SEED: '-7', ORACLE_MINUTES: '480' };
  expect(oracleSettings(env)).toEqual({ cases: 20_000, seed: -7, minutes: 480 });
});

test.each([
  ['ORACLE_CASES', '0', '1..1000000000'],
  ['ORACLE_CASES', 'abc', '1..1000000000'],
  ['ORACLE_CASES', '', '1..1000000000'],
  ['ORACLE_SEED', '1.5', '-2147483648..2147483647'],
  ['ORACLE_SEED', '2147483648', '-2147483648..2147483647'],
  ['ORACLE_MINUTES', '-1', '0..10080'],
])('%s=%s is refused in one line', (name, text, range) => {
  const message = `${name}: expected a whole number ${range}, got '${text}'`;
  expect(() => oracleSettings({ [name]: text })).toThrow(message);
  expect(message).not.toContain('\n');
});
