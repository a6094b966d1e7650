/** Processor time: of all threads of this process, and of the children that a case started. */
import type { PreparedCase } from './bench-case.ts';

/** Microseconds of processor time that one more run of a case takes. */
export async function cpuMicrosecondsOf(prepared: PreparedCase): Promise<number> {
  const before = { own: process.cpuUsage(), children: prepared.childMicroseconds ?? 0 };
  await prepared.run();
  const { user, system } = process.cpuUsage(before.own);
  return user + system + (prepared.childMicroseconds ?? 0) - before.children;
}
