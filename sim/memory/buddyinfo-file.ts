/** /proc/buddyinfo of a machine from a file that a user names. */
import { type Buddyinfo, readBuddyinfo } from '../../models/memory/buddyinfo.ts';
import { readStandardInput, readTextFile } from '../text-file.ts';

/** A line of 200 bytes for each of six zones of 256 nodes is a third of it. */
const BYTES_MAX = 2 ** 20;

/**
 * Reads such a file, `-` for standard input. Throws InputError with the file's name and the line.
 * `basePageShift` is for kernels whose number of orders does not tell the page size.
 */
export function readBuddyinfoFile(path: string, basePageShift?: number): Buddyinfo {
  if (path !== '-') return readBuddyinfo(readTextFile(path, BYTES_MAX), path, basePageShift);
  return readBuddyinfo(readStandardInput(BYTES_MAX), 'standard input', basePageShift);
}
