/**
 * What the kernel answers to a point's window: the same question that `window plan` asks, on the same host. And how
 * often an administrator would ask, who begins with the point's level count and takes one more each time.
 */

import { log2Exact } from '../../models/bits.ts';
import { parseSize } from '../../models/size.ts';
import type { HostMemory } from '../window/host-memory.ts';
import { planWindows } from '../window/plan.ts';
import { circumstancesOf } from '../window/question.ts';
import { attemptRecord } from '../window/records.ts';
import type { WindowRecord } from './study-schema.ts';

/** The axes that such an answer depends on. */
const ASKED = ['phb', 'kernel', 'ram', 'memlock', 'host', 'page', 'window', 'levels'] as const;

/** Equal for points that ask the same question. */
export function windowQuestion(values: Readonly<Record<string, string>>): string {
  return ASKED.map((axis) => values[axis] ?? '').join(' ');
}

/** The answer on a host with such memory. Throws InputError on a value that is none. */
export function windowAnswer(
  values: Readonly<Record<string, string>>,
  memory: HostMemory,
): WindowRecord {
  const { kernel, phb, memlock = 'unlimited', ram, page, window, levels } = values;
  const circumstances = {
    ...circumstancesOf({
      kernel,
      memlock,
      ram,
      registered: '0',
      ...(phb !== undefined && { phb }),
    }),
    memory,
  };
  const size = {
    windowBytes: parseSize(window, 'window'),
    pageShift: log2Exact(parseSize(page, 'page')),
  };
  const {
    windows: [{ attempts, program }],
  } = planWindows({
    circumstances,
    sizes: [size],
    levels: [Number(levels)],
    program: 'administrator',
  });
  const [attempt] = attempts;
  const record = attemptRecord(attempt);
  const isCreated = attempt.refusal === undefined && attempt.notSimulated === undefined;
  const calls = program?.outcome.attempts.filter(({ call }) => call === 'CREATE') ?? [];
  const number = (key: string) => record[key] as number | null;
  return {
    created: isCreated,
    call: attempt.call,
    errno: isCreated ? null : String(record.result),
    reason: record.reason as string | null,
    order: number('order'),
    orderWanted: number('orderWanted'),
    availableOrder: number('availableOrder'),
    levelBytes: number('levelBytes'),
    tablesPerLevel: record.tablesPerLevel as string | null,
    tableBytes: Number(attempt.createdBytes),
    fullBytes: number('fullBytes'),
    chargedBytes: Number(attempt.chargedBytes),
    leakedBytes: Number(attempt.leakedBytes),
    attempts: calls.length,
    levelsGranted: program?.outcome.window?.levels ?? null,
  };
}
