/** Words as a POSIX shell reads them. */

/** One word, in quotes where a shell would see anything but that word. */
export function quotedWord(word: string): string {
  return /^[\w./:=,@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
