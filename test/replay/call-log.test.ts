import { expect, test } from 'vitest';
import { refuse } from '../../models/kernel/call-result.ts';
import { CallLog } from '../../sim/replay/call-log.ts';

test('counts each answer by itself, the first given first, with the first reason', () => {
  const log = new CallLog();
  log.note('CREATE', { rc: 0 });
  log.note('MAP', { rc: 0 });
  log.note('MAP', refuse('EINVAL', 'one'));
  log.note('MAP', { rc: 0 });
  log.note('MAP', refuse('EINVAL', 'two'));
  log.note('MAP', { rc: 1, errno: undefined, reason: 'odd' });
  expect(log.list()).toEqual([
    { call: 'CREATE', answer: 'ok', count: 1, reason: '' },
    { call: 'MAP', answer: 'ok', count: 2, reason: '' },
    { call: 'MAP', answer: 'EINVAL', count: 2, reason: 'one' },
    { call: 'MAP', answer: 'rc=1', count: 1, reason: 'odd' },
  ]);
});
