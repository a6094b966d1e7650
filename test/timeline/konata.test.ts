/** `run --timeline FILE.kanata`: the log format of Konata, line by line. */
import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import type { Result } from '../../sim/results/result-schema.ts';
import { workFolder } from '../cli/command.ts';
import { mixedTrace, runJson, writeCsv } from '../results/run.ts';

const path = workFolder();
let result: Result;
let lines: string[][];

beforeAll(async () => {
  const trace = writeCsv(path('mixed.csv'), mixedTrace().rows);
  const window = ['--window', '64K:1G:levels=2', '--map', 'touched', '--set', 'tags.count=4'];
  const timeline = ['--timeline', path('mixed.konata'), '--timeline-limit', '1000000'];
  result = await runJson('--trace', trace, ...window, ...timeline);
  const text = readFileSync(path('mixed.konata'), 'utf8');
  expect(text.endsWith('\n')).toBe(true);
  lines = text
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));
});

const FORMS: Readonly<Record<string, RegExp>> = {
  C: /^C\t[1-9]\d*$/,
  I: /^I\t\d+\t\d+\t\d+$/,
  L: /^L\t\d+\t[01]\t[^\t]+$/,
  S: /^S\t\d+\t[01]\t\w+$/,
  E: /^E\t\d+\t[01]\t\w+$/,
  W: /^W\t\d+\t\d+\t0$/,
  R: /^R\t\d+\t\d+\t[01]$/,
};

test('each line is a command of Kanata 0004, and time goes forward', () => {
  expect(lines.slice(0, 2).map((fields) => fields[0])).toEqual(['Kanata', 'C=']);
  expect(lines[0]).toEqual(['Kanata', '0004']);
  const wrong = lines.slice(2).find((fields) => !FORMS[fields[0]]?.test(fields.join('\t')));
  expect(wrong).toBeUndefined();
});

test('instructions are numbered in their order, and have stages only while they are there', () => {
  const open = new Map<string, Map<string, string>>();
  let next = 0;
  let retired = 0;
  for (const [name, id, ...fields] of lines.slice(2)) {
    if (name === 'C') continue;
    if (name === 'I') {
      expect(id).toBe(`${next}`);
      open.set(id, new Map());
      next += 1;
      continue;
    }
    const stages = open.get(id);
    if (stages === undefined) throw new Error(`${name} ${id} is not there`);
    const [lane, stage] = fields;
    if (name === 'S') {
      if (stages.has(lane)) expect([id, stage]).toBe('behind the end of the stage before');
      stages.set(lane, stage);
    }
    if (name === 'E') {
      if (stages.get(lane) !== stage) expect([id, stage]).toBe('begun');
      stages.delete(lane);
    }
    if (name === 'W' && Number(fields[0]) >= Number(id)) expect([id, fields]).toBe('behind it');
    if (name === 'R') {
      expect(Number(fields[0])).toBe(retired);
      if (fields[1] === '0') retired += 1;
      open.delete(id);
    }
  }
  expect(open.size).toBe(0);
  const { requests, faults, dropped, kills } = result;
  const executed = kills.all + kills.pe + kills.page;
  // One more instruction, which is flushed, says what the file is.
  expect(next).toBe(requests + executed + 1);
  expect(retired).toBe(requests - faults - dropped.frozen - dropped.fenced + executed);
});

test('each read of a level is a stage of lane 1', () => {
  result.walkReads.forEach((count, level) => {
    const reads = lines.filter(([name, , lane, stage]) => {
      return name === 'S' && lane === '1' && stage === `level${level}`;
    });
    expect([level, reads.length]).toEqual([level, count]);
  });
});
