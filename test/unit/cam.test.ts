import { describe, expect, it } from 'vitest';
import { Associative } from '../../sim/unit/lookup/associative.ts';
import { Cam } from '../../sim/unit/lookup/cam.ts';
import { createDirectory } from '../../sim/unit/lookup/create-directory.ts';
import type { Directory } from '../../sim/unit/lookup/directory.ts';
import { randomOf } from '../../traces/random.ts';

const OPERATIONS = 20_000;
const HIGHS = 3;

/** Looks up random keys of which some fit, places those that miss, drops some; tells what each call answered. */
function answersOf(directory: Directory, ways: number): (number | boolean)[] {
  const random = randomOf(`cam ${ways}`);
  const below = (limit: number) => Math.floor(random() * limit);
  const answers: (number | boolean)[] = [];
  for (let turn = 0; turn < OPERATIONS; turn += 1) {
    const high = below(HIGHS);
    const low = below(ways);
    const kind = below(100);
    if (kind < 90) {
      const isHit = directory.find(0, high, low) >= 0;
      if (!isHit) directory.place(0, high, low);
      answers.push(isHit);
    } else if (kind < 96) answers.push(directory.drop(0, high, low));
    else if (kind < 99) answers.push(directory.dropRange(high, low, low + below(4)));
    else answers.push(directory.dropWhere(-1, high));
  }
  return answers;
}

describe('a content addressable memory', () => {
  for (const replacement of ['lru', 'fifo'] as const) {
    for (const ways of [1, 2, 9, 64]) {
      it(`of ${ways} entries hits and drops as one set of as many ways does, ${replacement}`, () => {
        const wanted = answersOf(new Associative(1, ways, replacement, ''), ways);
        expect(answersOf(new Cam(ways, replacement === 'lru'), ways)).toEqual(wanted);
        expect(wanted).toContain(true);
      });
    }
  }

  it('gives each key a slot of its own until all are taken', () => {
    const cam = new Cam(16, true);
    const slots = Array.from({ length: 16 }, (_, low) => cam.place(0, 7, low));
    expect(new Set(slots).size).toBe(16);
    expect(cam.place(0, 7, 16)).toBe(slots[0]);
  });

  it('stands in for one set of many ways, and for no other policy', () => {
    expect(createDirectory(1, 64, 'lru', '')).toBeInstanceOf(Cam);
    expect(createDirectory(1, 64, 'plru', '')).toBeInstanceOf(Associative);
    expect(createDirectory(4, 64, 'lru', '')).toBeInstanceOf(Associative);
  });
});
