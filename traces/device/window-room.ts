/** What a user is told whose window is too small for a device: the least one that would do. */
import { InputError } from '../../models/input-error.ts';
import { formatSize } from '../../models/size.ts';
import { type IovaSettings, WINDOW_BYTES_MAX } from './iova-policy.ts';

/**
 * Tries a device in its window. `attempt` makes it on rows that nobody reads, and throws InputError where the
 * window has no room. Throws InputError with what was wanted, and the least window in which the attempt
 * succeeds.
 */
export function requireRoom(
  iova: IovaSettings,
  wanted: string,
  attempt: (iova: IovaSettings) => void,
): void {
  const works = (windowBytes: number): boolean => {
    try {
      attempt({ ...iova, windowBytes });
      return true;
    } catch (error) {
      if (error instanceof InputError) return false;
      throw error;
    }
  };
  if (works(iova.windowBytes)) return;
  const room = `window: expected room for ${wanted} in pages of ${formatSize(iova.pageBytes)}`;
  const got = `got ${formatSize(iova.windowBytes)}`;
  for (let bytes = 2 * iova.windowBytes; bytes <= WINDOW_BYTES_MAX; bytes *= 2) {
    if (works(bytes)) throw new InputError(`${room}, ${formatSize(bytes)} at least, ${got}`);
  }
  throw new InputError(
    `${room}, which no window up to ${formatSize(WINDOW_BYTES_MAX)} has, ${got}`,
  );
}
