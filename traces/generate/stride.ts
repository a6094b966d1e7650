/**
 * One request every so many bytes, as a column of a matrix is read. A stride of a page makes every request
 * a lookup of another TCE; a stride of page x sets of the TCE cache puts all of them into one set unless
 * the set index is hashed, so that a few pages already push each other out.
 */

import { sizeBetween } from '../option-values.ts';
import { type OffsetPattern, offsetGenerator } from './offsets.ts';
import { commonParameters, type GeneratorParameter } from './parameters.ts';

export const STRIDE: GeneratorParameter = {
  name: 'stride',
  description: 'bytes from one request to the next',
  preset: '16M',
};

/** Every stride bytes; where the next would pass the window's end, again from the beginning. */
export const strideOffsets: OffsetPattern = ({ length, windowBytes }, texts) => {
  const stride = sizeBetween('stride', texts, 1, windowBytes);
  const places = Math.floor((windowBytes - length) / stride) + 1;
  return () => (_, turn) => (turn - Math.floor(turn / places) * places) * stride;
};

export const stride = offsetGenerator({
  name: 'stride',
  description:
    'a request every stride bytes: conflict misses where the stride is page x sets of the TCE cache',
  parameters: [...commonParameters({ length: '64' }), STRIDE],
  pattern: strideOffsets,
});
