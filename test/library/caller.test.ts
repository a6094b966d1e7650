/** Errors on their way out of the library. */
import { expect, test } from 'vitest';
import { InputError } from '../../models/input-error.ts';
import { forCaller, laterForCaller } from '../../sim/library/caller.ts';

/** As a unit's module has it: of the same name, and another class. */
class Foreign extends Error {
  override readonly name = 'InputError';
}

function thrown(error: Error): unknown {
  try {
    return forCaller(() => {
      throw error;
    });
  } catch (caught) {
    return caught;
  }
}

test('an error for the user is an InputError, whose module ever it comes from', async () => {
  expect(thrown(new Foreign('a: wrong'))).toEqual(new InputError('a: wrong'));
  const later = laterForCaller(() => Promise.reject(new Foreign('a: wrong')));
  await expect(later).rejects.toBeInstanceOf(InputError);
});

test('options have the names that a program writes, words of files are left alone', () => {
  const message = '--min-free: expected with --ram, got a--b-c in --.txt';
  expect(thrown(new InputError(message))).toEqual(
    new InputError('minFree: expected with ram, got a--b-c in --.txt'),
  );
});

test('every other error stays the one that it is', () => {
  const defect = new TypeError('--flag');
  expect(thrown(defect)).toBe(defect);
  const error = new InputError('nothing to change');
  expect(thrown(error)).toBe(error);
});
