/**
 * Requests to pages chosen evenly over the window: no locality at all, so that the hit rate of a cache of
 * n entries over p pages is n / p and nothing flatters it. A DMA is 64 bytes unless it is told otherwise:
 * one TLP, one lookup; a longer one is cut, and all but the first of its requests hit. Within its page a
 * request begins at a multiple of its length.
 */
import { Op } from '../format.ts';
import { randomOf } from '../random.ts';
import { RowWriter, type TraceGenerator } from './generator.ts';
import { COMMON_PARAMETERS, readCommon } from './parameters.ts';

const PRESETS: Readonly<Record<string, string>> = { length: '64' };

export const uniform: TraceGenerator = {
  name: 'uniform',
  description:
    'pages chosen evenly over the window, one TLP each: E cached of P pages hit E/P of the requests',
  parameters: COMMON_PARAMETERS.map((parameter) => ({
    ...parameter,
    preset: PRESETS[parameter.name] ?? parameter.preset,
  })),
  prepare(texts) {
    const values = readCommon(texts);
    const { requests, devices, length, pageBytes, windowBytes, writeShare } = values;
    const pagesOfRequest = Math.ceil(length / pageBytes);
    const pages = windowBytes / pageBytes - pagesOfRequest + 1;
    const placesInPage = Math.max(1, Math.floor(pageBytes / length));
    const writer = new RowWriter(values);
    return {
      steps: requests,
      start() {
        const random = randomOf(values.seed);
        return (rows, request) => {
          const device = request - Math.floor(request / devices) * devices;
          const page = Math.floor(random() * pages);
          const place = Math.floor(random() * placesInPage);
          const op = random() < writeShare ? Op.write : Op.read;
          writer.add(rows, request, op, device, page * pageBytes + place * length, length);
        };
      },
    };
  },
};
