/**
 * Requests to pages chosen evenly over the window: no locality at all, so that the hit rate of a cache of
 * n entries over p pages is n / p and nothing flatters it. A DMA is 64 bytes unless it is told otherwise:
 * one TLP, one lookup; a longer one is cut, and all but the first of its requests hit. Within its page a
 * request begins at a multiple of its length.
 */
import { type OffsetPattern, offsetGenerator, placesOf } from './offsets.ts';
import { commonParameters } from './parameters.ts';

/** Any place of any page, all alike. */
export const uniformOffsets: OffsetPattern = (values) => {
  const { pages, placesInPage } = placesOf(values);
  const { pageBytes, length } = values;
  return (random) => () => {
    const page = Math.floor(random() * pages);
    return page * pageBytes + Math.floor(random() * placesInPage) * length;
  };
};

export const uniform = offsetGenerator({
  name: 'uniform',
  description:
    'pages chosen evenly over the window, one TLP each: E cached of P pages hit E/P of the requests',
  parameters: commonParameters({ length: '64' }),
  pattern: uniformOffsets,
});
