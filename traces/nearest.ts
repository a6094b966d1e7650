/** The known name nearest to a misspelt one. The only door to fastest-levenshtein. */
import { closest, distance } from 'fastest-levenshtein';

/** More names than this are no help in a message. */
const LISTED_MAX = 100;
const NEAR_SHOWN = 4;

/**
 * The tail of a message about an unknown name: `, did you mean 'x'?` for one that is near, first among those that begin
 * with the word, or the list of what is known, behind a dot only what is known of the same group; of a list that is
 * too long the few that are nearest; nothing where nothing is known.
 */
export function suggest(word: string, names: readonly string[]): string {
  const known = [...new Set(names)];
  if (known.length === 0) return '';
  const written = word.toLowerCase();
  const longer = known.filter((name) => written !== '' && name.toLowerCase().startsWith(written));
  const best = closest(written, longer.length > 0 ? longer : known);
  const near = distance(written, best) <= Math.max(2, word.length / 3);
  if (near || longer.length === 1) return `, did you mean '${best}'?`;
  const group = word.slice(0, word.lastIndexOf('.') + 1);
  const related = known.filter((name) => name.startsWith(group));
  const listed = related.length > 0 ? related : known;
  if (listed.length > LISTED_MAX) return `; the nearest: ${nearest(written, listed).join(', ')}`;
  return `; known: ${listed.join(', ')}`;
}

/** Names that have the word in them first, then by the letters to change. */
function nearest(written: string, names: readonly string[]): string[] {
  return names
    .map((name) => {
      const known = name.toLowerCase();
      return { name, rank: known.includes(written) ? 0 : distance(written, known) };
    })
    .sort((one, other) => one.rank - other.rank)
    .slice(0, NEAR_SHOWN)
    .map(({ name }) => name);
}

/** The least number of letters to change, to add or to leave out before `word` is one of `known`. */
export function editsTo(word: string, known: readonly string[]): number {
  return distance(word, closest(word, known));
}
