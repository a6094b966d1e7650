import { expect, test } from 'vitest';
import { MappedLists } from '../../traces/import/mapped-lists.ts';
import { Word } from '../../traces/word.ts';

const ENTRIES = 128;

/** Real addresses of a list, and bus addresses of its segments. */
function list(number: number) {
  const words = (high: number) =>
    Array.from({ length: ENTRIES }, (_, at) => new Word().set(high, (number * ENTRIES + at) << 12));
  return {
    entries: words(1),
    segments: words(0x8000000).map((start, at) => ({ start, bytes: 4096 + at })),
  };
}

test('segments of 524,288 entries are remembered, whatever their lists; older ones are not', () => {
  const lists = new MappedLists();
  const kept = 2 ** 19 / ENTRIES;
  for (let number = 0; number <= kept; number += 1) {
    const { entries, segments } = list(number);
    lists.add('a', entries, segments);
  }
  expect(lists.take('a', list(0).entries)).toBeUndefined();
  for (const number of [1, kept / 2, kept]) {
    const { entries, segments } = list(number);
    expect(lists.take('a', entries)).toEqual(segments);
    expect(lists.take('a', entries)).toBeUndefined();
  }
});

test('lists are told apart by device, by their length and by each half of each entry', () => {
  const lists = new MappedLists();
  const { entries, segments } = list(1);
  lists.add('a', entries, segments);
  const changed = (high: number, low: number) =>
    entries.with(5, new Word().set(entries[5].high ^ high, entries[5].low ^ low));
  for (const others of [changed(1, 0), changed(0, 1), entries.slice(1), entries.toReversed()]) {
    expect(lists.take('a', others)).toBeUndefined();
  }
  expect(lists.take('b', entries)).toBeUndefined();
  expect(lists.take('a', entries)).toEqual(segments);
});

test('a list of more segments than are remembered is unknown', () => {
  const lists = new MappedLists();
  const segments = Array.from({ length: 2 ** 19 + 1 }, () => ({ start: new Word(), bytes: 1 }));
  lists.add('a', list(0).entries, segments);
  expect(lists.take('a', list(0).entries)).toBeUndefined();
});
