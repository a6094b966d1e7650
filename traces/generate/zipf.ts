/**
 * Few popular pages and a long tail: page number r of the popularity list is asked for in proportion to
 * 1 / r^theta (G. K. Zipf), as keys of stores and blocks of disks are. The list is a random order of the
 * window's pages, the same for all devices, so that popular pages share neither a line of TCEs nor a set by
 * design. A replacement that keeps what is used often gains most here.
 */

import { decimalBetween } from '../option-values.ts';
import { type OffsetPattern, offsetGenerator, placesOf } from './offsets.ts';
import { commonParameters, type GeneratorParameter } from './parameters.ts';
import { Permutation } from './permutation.ts';
import { ZipfRanks } from './zipf-ranks.ts';

/** Skew: 0 is uniform, 0.99 the preset of YCSB. Above 2 next to nothing but the first page is left. */
const THETA_MAX = 2;

export const THETA: GeneratorParameter = {
  name: 'theta',
  description: 'skew of the popularity: 0 uniform, 1 classic, 2 at most',
  preset: '0.99',
};

/** Pages by popularity, any place in them. */
export const zipfOffsets: OffsetPattern = (values, texts) => {
  const { pages, placesInPage } = placesOf(values);
  const { pageBytes, length } = values;
  const ranks = new ZipfRanks(pages, decimalBetween('theta', texts, 0, THETA_MAX));
  return (random) => {
    const pageOfRank = new Permutation(pages, random);
    return () => {
      const page = pageOfRank.at(ranks.next(random) - 1);
      return page * pageBytes + Math.floor(random() * placesInPage) * length;
    };
  };
};

export const zipf = offsetGenerator({
  name: 'zipf',
  description:
    'few popular pages and a long tail (Zipf, theta): what a replacement keeps, and what it throws away',
  parameters: [...commonParameters({ length: '64' }), THETA],
  pattern: zipfOffsets,
});
