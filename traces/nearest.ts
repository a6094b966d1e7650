/** The known name nearest to a misspelt one. The only door to fastest-levenshtein. */
import { closest, distance } from 'fastest-levenshtein';

/**
 * The tail of a message about an unknown name: `, did you mean 'x'?`, or the list of what is known where
 * nothing is near.
 */
export function suggest(word: string, known: readonly string[]): string {
  const best = closest(word.toLowerCase(), known);
  const near = distance(word.toLowerCase(), best) <= Math.max(2, word.length / 3);
  return near ? `, did you mean '${best}'?` : `; known: ${known.join(', ')}`;
}

/** The least number of letters to change, to add or to leave out before `word` is one of `known`. */
export function editsTo(word: string, known: readonly string[]): number {
  return distance(word, closest(word, known));
}
