/** Errors of a worker that tell the user something. They go as data: exceptions lose their class on the way. */
import type { InputError } from '../../models/input-error.ts';
import type { MemoryExhausted } from '../../models/memory/physical.ts';

/** Whether an error is for the user; by name, for a unit's module has classes of its own. */
export function isForUser(error: unknown): error is InputError | MemoryExhausted {
  return error instanceof Error && ['InputError', 'MemoryExhausted'].includes(error.name);
}
