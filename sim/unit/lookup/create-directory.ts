/** Which structure a cache's geometry and policy ask for. */
import type { UnitConfig } from '../../../models/phb/unit-config.ts';
import { Associative } from './associative.ts';
import { Cam } from './cam.ts';
import type { Directory } from './directory.ts';
import { type Foresight, NoForesight } from './foresight.ts';

/** Most ways that are looked at one after the other: two cache lines' worth of keys, chosen, not tuned. */
const SMALL_WAYS = 8;

/** The directory of a cache with so many sets and ways. */
export function createDirectory(
  sets: number,
  ways: number,
  replacement: UnitConfig['tceCache']['replacement'],
  seed: string,
  foresight: Foresight = new NoForesight(),
): Directory {
  const isLru = replacement === 'lru';
  if (sets === 1 && ways > SMALL_WAYS && (isLru || replacement === 'fifo')) {
    return new Cam(ways, isLru);
  }
  return new Associative(sets, ways, replacement, seed, foresight);
}
