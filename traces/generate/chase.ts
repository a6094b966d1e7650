/**
 * A linked list with one element in each page of the window, in random order: a device reads an element to
 * learn where the next one is, so that nothing hides the latency of a miss. A trace cannot say that a
 * request waits for the one before; replay it with `--pace closed:1,each:device`. The interval is longer
 * than a read takes, which has the same effect at the times of the trace.
 */
import { type OffsetPattern, offsetGenerator, placesOf } from './offsets.ts';
import { commonParameters } from './parameters.ts';
import { Permutation } from './permutation.ts';

/** All pages in an order of the device's own, and again; an element stays at its place in its page. */
export const chaseOffsets: OffsetPattern = (values) => {
  const { pages, placesInPage } = placesOf(values);
  const { pageBytes, length, devices } = values;
  return (random) => {
    const orders = Array.from({ length: devices }, () => new Permutation(pages, random));
    return (device, turn) => {
      const page = orders[device].at(turn - Math.floor(turn / pages) * pages);
      const place = page - Math.floor(page / placesInPage) * placesInPage;
      return page * pageBytes + place * length;
    };
  };
};

export const chase = offsetGenerator({
  name: 'chase',
  description:
    'pointer chase through all pages in random order, each read waits for the one before (replay it ' +
    'with --pace closed:1,each:device): the whole latency of a miss',
  parameters: commonParameters({ length: '64', interval: '2000' }, ['writes']),
  pattern: chaseOffsets,
  writes: '0',
});
