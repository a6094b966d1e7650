import { describe, expect, test } from 'vitest';
import { blkparseFormat } from '../../traces/import/blkparse.ts';
import { blktraceFormat } from '../../traces/import/blktrace.ts';
import { feedBytes, feedLines } from './feed.ts';

interface Event {
  time: bigint;
  sector: bigint;
  bytes: number;
  action: number;
  pdu?: number;
}

/** enum blktrace_act and blktrace_cat of include/uapi/linux/blktrace_api.h. */
const ISSUE = 7;
const COMPLETE = 8;
const CATEGORY = {
  read: 0,
  write: 1,
  queue: 4,
  issue: 6,
  complete: 7,
  packet: 9,
  notify: 10,
  discard: 13,
};
const categories = (...names: (keyof typeof CATEGORY)[]) =>
  names.reduce((word, name) => word + 2 ** (16 + CATEGORY[name]), 0);

/** struct blk_io_trace, field by field. */
function encode(events: readonly Event[], isLittle: boolean): Uint8Array {
  const bytes: number[] = [];
  const put = (value: bigint, size: number) => {
    const digits = Array.from({ length: size }, (_, at) =>
      Number((value >> BigInt(8 * at)) & 255n),
    );
    bytes.push(...(isLittle ? digits : digits.reverse()));
  };
  for (const [index, event] of events.entries()) {
    put(0x65617407n, 4);
    put(BigInt(index), 4);
    put(event.time, 8);
    put(event.sector, 8);
    put(BigInt(event.bytes), 4);
    put(BigInt(event.action), 4);
    put(697n, 4);
    put((8n << 20n) | 0n, 4);
    put(3n, 4);
    put(0n, 2);
    put(BigInt(event.pdu ?? 0), 2);
    for (let at = 0; at < (event.pdu ?? 0); at += 1) put(0x41n, 1);
  }
  return Uint8Array.from(bytes);
}

const START = 77_000_000_000n;
const EVENTS: Event[] = [
  { time: 0n, sector: 0n, bytes: 0, action: categories('notify'), pdu: 9 },
  { time: START, sector: 223490n, bytes: 8192, action: 1 + categories('write', 'queue') },
  {
    time: START + 12344n,
    sector: 223490n,
    bytes: 8192,
    action: ISSUE + categories('write', 'issue'),
  },
  {
    time: START + 20000n,
    sector: 1024n,
    bytes: 12288,
    action: ISSUE + categories('read', 'issue'),
    pdu: 20,
  },
  {
    time: START + 30000n,
    sector: 9n,
    bytes: 252,
    action: ISSUE + categories('read', 'issue', 'packet'),
    pdu: 6,
  },
  {
    time: START + 40000n,
    sector: 1024n,
    bytes: 12288,
    action: COMPLETE + categories('read', 'complete'),
  },
  {
    time: START + 50000n,
    sector: 223490n,
    bytes: 8192,
    action: COMPLETE + categories('write', 'complete'),
  },
];

const SAME_AS_TEXT = [
  '8,0 3 1 0.000000000 697 Q W 223490 + 16 [x]',
  '8,0 3 1 0.000012344 697 D W 223490 + 16 [x]',
  '8,0 3 1 0.000020000 697 D R 1024 + 24 [x]',
  '8,0 3 1 0.000040000 697 C R 1024 + 24 [0]',
  '8,0 3 1 0.000050000 697 C W 223490 + 16 [0]',
];

describe.each([
  ['little', true],
  ['big', false],
])('%s-endian records', (_name, isLittle) => {
  const bytes = encode(EVENTS, isLittle);

  test('give the rows that the same events give as text', async () => {
    const binary = await feedBytes(blktraceFormat, bytes);
    const text = await feedLines(blkparseFormat, SAME_AS_TEXT);
    expect(binary.rows).toEqual(text.rows);
    expect(binary.rows.length).toBeGreaterThan(8);
    expect(Object.fromEntries(binary.log.counts)).toEqual({
      notification: 1,
      'action 1': 1,
      'packet command (D)': 1,
    });
  });

  test('are the same in pieces of any size', async () => {
    const whole = await feedBytes(blktraceFormat, bytes, {}, bytes.length);
    for (const piece of [1, 13, 47, 48, 49]) {
      expect((await feedBytes(blktraceFormat, bytes, {}, piece)).rows).toEqual(whole.rows);
    }
  });

  test('are known by their first word', () => {
    expect(blktraceFormat.matches(bytes)).toBe(true);
    expect(blktraceFormat.matches(Uint8Array.of(7, 0x74, 0x61))).toBe(false);
  });

  test('that are cut off or damaged are noted with their number', async () => {
    const cut = await feedBytes(blktraceFormat, bytes.subarray(0, bytes.length - 5));
    expect(cut.log.first).toEqual([{ line: 7, reason: 'the file ends within a record' }]);
    const damaged = bytes.slice();
    damaged.fill(0, 48 + 9, 48 + 9 + 4);
    const broken = await feedBytes(blktraceFormat, damaged);
    expect(broken.rows).toEqual([]);
    expect(broken.log.first.map(({ line }) => line)).toEqual([2]);
  });
});

test('the bit that a cgroup sets in the action changes nothing', async () => {
  const marked = EVENTS.map((event) => ({ ...event, action: event.action + 0x100 }));
  const plain = await feedBytes(blktraceFormat, encode(EVENTS, true));
  expect((await feedBytes(blktraceFormat, encode(marked, true))).rows).toEqual(plain.rows);
});
