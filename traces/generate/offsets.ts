/**
 * Traffic of single requests: each device makes requests of one length, one after the other, and a pattern
 * says where each of them goes. Devices take turns.
 */
import { Op } from '../format.ts';
import { randomOf } from '../random.ts';
import { RowWriter, type TraceGenerator } from './generator.ts';
import { type CommonValues, type GeneratorParameter, readCommon } from './parameters.ts';

type Texts = Readonly<Record<string, string>>;

/** The offset in a device's window of its request number `turn`. */
export type Offsets = (device: number, turn: number) => number;

/** Reads what a pattern wants to know (InputError on a bad text); the answer puts it at its start. */
export type OffsetPattern = (
  values: CommonValues,
  texts: Texts,
) => (random: () => number) => Offsets;

/** A generator that asks a pattern where each request goes, and chance whether it writes. */
export function offsetGenerator(options: {
  readonly name: string;
  readonly description: string;
  readonly parameters: readonly GeneratorParameter[];
  readonly pattern: OffsetPattern;
  /** The share of writes where the generator has no parameter for it. */
  readonly writes?: string;
}): TraceGenerator {
  const { name, description, parameters, pattern, writes } = options;
  return {
    name,
    description,
    parameters,
    prepare(texts) {
      const values = readCommon(writes === undefined ? texts : { ...texts, writes });
      const { requests, devices, length, writeShare } = values;
      const begin = pattern(values, texts);
      const writer = new RowWriter(values);
      return {
        steps: requests,
        start() {
          const random = randomOf(values.seed);
          const offsets = begin(random);
          return (rows, request) => {
            const turn = Math.floor(request / devices);
            const device = request - turn * devices;
            const offset = offsets(device, turn);
            const op = random() < writeShare ? Op.write : Op.read;
            writer.add(rows, request, op, device, offset, length);
          };
        },
      };
    },
  };
}

/** Where requests may begin if each lies in a page, or in as few as it needs. */
export interface PagePlaces {
  /** Pages in which a request may begin. */
  readonly pages: number;
  /** Multiples of the length in a page at which it may begin. */
  readonly placesInPage: number;
}

/** The places of requests in the window of one device. */
export function placesOf({ length, pageBytes, windowBytes }: CommonValues): PagePlaces {
  const pagesOfRequest = Math.ceil(length / pageBytes);
  return {
    pages: windowBytes / pageBytes - pagesOfRequest + 1,
    placesInPage: Math.max(1, Math.floor(pageBytes / length)),
  };
}
