/** VFIO calls of programs: the answers of the command line to a script of the same calls. */
import { describe, expect, test } from 'vitest';
import { type CallInputs, type CallName, createHost, InputError } from '../../sim/index.ts';
import { start } from '../cli/command.ts';

/** What `tcesim vfio` answers to the calls of a script, without what only its lines have. */
async function answered(script: string, ...flags: string[]): Promise<object[]> {
  const { stdout } = await start(['vfio', '-', '--format', 'json', ...flags], script).ended;
  const { lines } = JSON.parse(stdout) as { lines: { line: number; text: string }[] };
  return lines.map(({ line: _line, text: _text, ...answer }) => answer);
}

test('the calls of a program are answered as those of a script', async () => {
  const calls: [CallName, CallInputs, string][] = [
    ['REGISTER_MEMORY', { size: '64M' }, 'REGISTER_MEMORY 64M'],
    [
      'CREATE',
      { page_shift: 16, window_size: 2 ** 40, levels: 2 },
      'CREATE page_shift=16 window_size=1T levels=2',
    ],
    [
      'CREATE',
      { page_shift: 12, window_size: 1n << 36n, levels: 1 },
      'CREATE page_shift=12 window_size=0x1000000000 levels=1',
    ],
    ['REMOVE', { start: '0x800000000000000' }, 'REMOVE start=0x800000000000000'],
    ['REMOVE', { start: 0 }, 'REMOVE start=0'],
    ['REMOVE', { start: 0 }, 'REMOVE start=0'],
    [
      'CREATE',
      { page_shift: 12, window_size: '1T', levels: 1 },
      'CREATE page_shift=12 window_size=1T levels=1',
    ],
    ['REGISTER_MEMORY', { word: 'huge', size: '16M' }, 'REGISTER_MEMORY huge 16M'],
    ['DMA', { word: 'W', iova: 0, len: 64 }, 'DMA W iova=0 len=64'],
  ];
  const script = `${calls.map(([, , line]) => line).join('\n')}\n`;
  const flags = ['--kernel', '6.12-64k', '--ram', '16G', '--memlock', '600M'];
  const host = createHost({ kernel: '6.12-64k', ram: '16G', memlock: '600M' });
  const own = calls.map(([name, inputs]) => host.call(name, inputs));
  expect(own).toEqual(await answered(script, ...flags));
  expect(own.map(({ results }) => results.rc)).toEqual([
    ...[0, 0, -28, 0, 0, -22, -12, 0, undefined],
  ]);
});

test('a program that opens its own container has no other', () => {
  const host = createHost({ container: 'v1' });
  expect(host.call('OPEN', { container: 'own', type: 'v2' }).results).toEqual({ rc: 0 });
  expect(() => host.call('GET_INFO')).toThrow("no container '0' is open; known: own");
});

test('a call that cannot be made leaves the host as it was', () => {
  const host = createHost({ ram: undefined, memlock: '64M' } as object);
  expect(() => host.call('REMOVE', {})).toThrow('call 1: REMOVE: expected start=, got none');
  expect(host.call('GET_INFO').results.rc).toBe(0);
});

describe('what cannot be used is an InputError', () => {
  test.each([
    [{ kernl: '6.12' }, "createHost: kernl: unknown key, did you mean 'kernel'?"],
    [null, 'createHost: expected an object, got nothing'],
    [{ buddyinfo: '/none here' }, '/none here: no such file'],
    [{ container: 'v3' }, "container: expected v1 or v2, got 'v3'"],
    [{ minFree: '1M' }, "minFree: expected with ram, which shares it out, got '1M'"],
    [
      { phb: 'phb4', kernel: '6.12-pseries-64k' },
      "phb: expected with a powernv kernel only, got 'phb4'",
    ],
  ])('of the host: %j', (words, message) => {
    expect(() => createHost(words as object)).toThrow(new InputError(message));
  });

  test.each([
    ['CREATE', { page_shift: 16 }, 'call 1: CREATE: expected window_size=, got none'],
    [
      'CREATE',
      { page_shift: 16, window_size: '1T', level: 2 },
      "call 1: CREATE: unknown key 'level', did you mean 'levels'?",
    ],
    [
      'MAP',
      { iova: 2 ** 59, size: 4096, flags: 'RW' },
      'iova: expected a bigint or text for so large a number, got 576460752303423500',
    ],
    ['REMOVE', { start: '0 argsz=1' }, "start: expected no blanks, got '0 argsz=1'"],
    ['create', {}, "unknown call 'create', did you mean 'CREATE'?"],
  ])('of a call: %s %j', (name, inputs, message) => {
    expect(() => createHost().call(name as CallName, inputs)).toThrow(new InputError(message));
  });
});
