/**
 * Goes before the command line of a child (`node --import`): at its end it writes to file descriptor 3 how many
 * microseconds of processor time the process has spent from its start, all threads together. Workers import it
 * too, and say nothing.
 */
import { writeSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const PROBE_FD = 3;

if (isMainThread) {
  process.on('exit', () => {
    const { user, system } = process.cpuUsage();
    writeSync(PROBE_FD, `${user + system}`);
  });
}
