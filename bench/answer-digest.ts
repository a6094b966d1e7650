/** Digests of what a case answered: a case that answers something else is another case, whatever it took. */
import { createHash } from 'node:crypto';

/** 16 hexadecimal digits that stand for some texts and arrays of numbers. */
export function answerDigest(parts: Iterable<string | NodeJS.ArrayBufferView>): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex').slice(0, 16);
}
