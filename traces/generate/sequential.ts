/**
 * Streams: each device goes through its window from front to back and begins again. Every page is
 * translated for as many requests as fit in it, so that one miss a page is paid: the floor of what a
 * translation can cost, and with pages of few requests a test of walks in flight.
 */
import { Op } from '../format.ts';
import { randomOf } from '../random.ts';
import { RowWriter, type TraceGenerator } from './generator.ts';
import { COMMON_PARAMETERS, readCommon } from './parameters.ts';

export const sequential: TraceGenerator = {
  name: 'sequential',
  description: 'streams from front to back: one miss a page, walks in flight',
  parameters: COMMON_PARAMETERS,
  prepare(texts) {
    const values = readCommon(texts);
    const { requests, devices, length, windowBytes, writeShare } = values;
    const requestsInWindow = Math.floor(windowBytes / length);
    const writer = new RowWriter(values);
    return {
      steps: requests,
      start() {
        const random = randomOf(values.seed);
        return (rows, request) => {
          const turn = Math.floor(request / devices);
          const device = request - turn * devices;
          const passes = Math.floor(turn / requestsInWindow);
          const offset = (turn - passes * requestsInWindow) * length;
          const op = random() < writeShare ? Op.write : Op.read;
          writer.add(rows, request, op, device, offset, length);
        };
      },
    };
  },
};
