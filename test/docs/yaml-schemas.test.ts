/** YAML files of this repository name their schema, so that editors complete and check them, and obey it. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SCHEMAS = ['scenario.schema.json', 'plan.schema.json'];

const files = execFileSync('git', ['ls-files', '*.yaml'], { cwd: ROOT, encoding: 'utf8' })
  .split('\n')
  .filter((file) => file !== '');

test('there are such files', () => expect(files.length).toBeGreaterThan(30));

test.each(files)('%s names its schema, and is what that allows', (file) => {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const [, path] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(text) ?? [];
  expect(SCHEMAS).toContain(basename(path));
  const schema = JSON.parse(readFileSync(join(ROOT, dirname(file), path), 'utf8'));
  const { error } = z.fromJSONSchema(schema).safeParse(parse(text));
  expect(error).toBeUndefined();
});

test.each([
  ['scenario', { phb: 'phb44' }],
  ['scenario', { map: 'al' }],
  ['scenario', { firmware: 'pre2020' }],
  ['scenario', { generate: { generator: 'rings' } }],
  ['scenario', { set: { 'tceCache.wayz': 1 } }],
  ['scenario', { set: { tceCache: { wayz: 1 } } }],
  ['plan', { vary: { windo: '2G' } }],
  ['plan', { vary: { window: '2G' }, hosts: { old: { past: 'agd' } } }],
])('a name that does not exist is underlined in a %s: %j', (name, data) => {
  const schema = JSON.parse(readFileSync(join(ROOT, `docs/${name}.schema.json`), 'utf8'));
  expect(z.fromJSONSchema(schema).safeParse(data).success).toBe(false);
});

test.each([
  ['scenario', { set: { 'tceCache.ways': 1, walkCache: { level1: 16 } }, map: 'touched' }],
  ['scenario', { set: { 'host.kernel': '6.12', host: { ram: '64G' } } }],
  ['plan', { vary: { window: ['2G', '1T'], 'tags.count': [1, 2] } }],
])('what exists is not: %s %j', (name, data) => {
  const schema = JSON.parse(readFileSync(join(ROOT, `docs/${name}.schema.json`), 'utf8'));
  expect(z.fromJSONSchema(schema).safeParse(data).success).toBe(true);
});

test('an unknown key is not allowed', () => {
  const schema = JSON.parse(readFileSync(join(ROOT, 'docs', SCHEMAS[0]), 'utf8'));
  expect(z.fromJSONSchema(schema).safeParse({ phb: 'phb4' }).success).toBe(true);
  expect(z.fromJSONSchema(schema).safeParse({ php: 'phb4' }).success).toBe(false);
});
