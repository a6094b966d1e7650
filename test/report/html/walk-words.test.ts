/** What a page says of a request's TCE, in scenarios of few requests whose outcomes are known. */
import { expect, test } from 'vitest';
import { replayRequests } from '../../../sim/library/replay.ts';
import { stationsMet, tceWords, unreadWords } from '../../../sim/page/walk-words.ts';

test('a request that waited for another`s walk did not have its TCE at hand', () => {
  expect(unreadWords(true)).toBe('read by another request');
  expect(unreadWords(false)).toBe('not read: the TCE was at hand');
});

test('a refused request says where its TCE came from, and others by their outcome', () => {
  expect(tceWords('hit', false, false)).toBe('');
  expect(tceWords('tve-invalid', false, false)).toBe('');
  expect(tceWords('page-fault', true, false)).toMatch(/walked the table itself/);
  expect(tceWords('page-fault', false, true)).toMatch(/waited for it/);
  expect(tceWords('access-fault', false, false)).toMatch(/at hand/);
});

test('of two requests for a page that is not mapped, the second waits for the walk of the first', async () => {
  const rows = ['time_ns,op,address,length,rid', '0,read,0x0,64,01:00.0', '1,read,0x40,64,01:00.0'];
  const scenario = {
    rows: rows.join('\n'),
    windows: ['64K:1G'],
    set: { 'fault.freezesPe': false },
  };
  const words: string[] = [];
  for await (const { outcome, partsNs } of replayRequests(scenario)) {
    expect(stationsMet(outcome)).toEqual({ tve: true, table: true });
    words.push(outcome + tceWords(outcome, partsNs.walk > 0, partsNs.mergeWait > 0));
  }
  expect(words).toEqual([
    'page-fault It walked the table itself.',
    'page-fault Another request was already fetching the TCE: this one waited for it.',
  ]);
});
