/** The known name nearest to a misspelt one. The only door to fastest-levenshtein. */
import { closest, distance } from 'fastest-levenshtein';

/**
 * The tail of a message about an unknown name: `, did you mean 'x'?` for one that is near or that begins with
 * the word, or the list of what is known; behind a dot only what is known of the same group.
 */
export function suggest(word: string, names: readonly string[]): string {
  const known = [...new Set(names)];
  const written = word.toLowerCase();
  const best = closest(written, known);
  const near = distance(written, best) <= Math.max(2, word.length / 3);
  const longer = known.filter((name) => written !== '' && name.toLowerCase().startsWith(written));
  if (near || longer.length === 1) return `, did you mean '${near ? best : longer[0]}'?`;
  const group = word.slice(0, word.lastIndexOf('.') + 1);
  const related = known.filter((name) => name.startsWith(group));
  return `; known: ${(related.length > 0 ? related : known).join(', ')}`;
}

/** The least number of letters to change, to add or to leave out before `word` is one of `known`. */
export function editsTo(word: string, known: readonly string[]): number {
  return distance(word, closest(word, known));
}
