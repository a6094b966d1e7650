/**
 * Streams: each device goes through its window from front to back and begins again. Every page is
 * translated for as many requests as fit in it, so that one miss a page is paid: the floor of what a
 * translation can cost, and with pages of few requests a test of walks in flight.
 */
import { type OffsetPattern, offsetGenerator } from './offsets.ts';
import { commonParameters } from './parameters.ts';

/** From front to back, and again. */
export const sequentialOffsets: OffsetPattern = ({ length, windowBytes }) => {
  const requestsInWindow = Math.floor(windowBytes / length);
  return () => (_, turn) =>
    (turn - Math.floor(turn / requestsInWindow) * requestsInWindow) * length;
};

export const sequential = offsetGenerator({
  name: 'sequential',
  description: 'streams from front to back: one miss a page, walks in flight',
  parameters: commonParameters(),
  pattern: sequentialOffsets,
});
