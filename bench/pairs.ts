/**
 * Pairs of measurements: both builds do the same case one after the other, so that a slow phase of the machine meets
 * both. The cases take turns in a rotated order, and now one build goes first, now the other.
 */
import type { Build } from './build-talk.ts';

/** Processor time that the runs of one measurement should take at least; a clock's grain and noise are below it. */
const LEAST_MICROSECONDS = 50_000;
const RUNS_MAX = 32;
/** Before the first measurement that counts: V8 needs about a million requests to its final code. */
const WARMING_MICROSECONDS = 500_000;

/** The pairs of one case, from one start of both builds. */
export interface PairedCase {
  readonly name: string;
  /** Whether both builds answer the same: if not, their times tell nothing, and there are none. */
  readonly isSameAnswer: boolean;
  /** Time of the new build over that of the base, a ratio a pair. */
  readonly ratios: readonly number[];
}

/** Measures so many pairs of each case that both builds have; `tell` is told how far it is. */
export async function measurePairs(
  base: Build,
  changed: Build,
  names: readonly string[],
  pairs: number,
  tell: (text: string) => void = () => {},
): Promise<PairedCase[]> {
  const builds = [base, changed] as const;
  const runsOf = new Map<string, number>();
  for (const name of names) {
    tell(`${name}: warming up`);
    const runs = await warm(builds, name);
    if (runs !== undefined) runsOf.set(name, runs);
  }
  const ratios = new Map(names.map((name) => [name, [] as number[]]));
  const order = [...runsOf];
  for (let pair = 0; pair < pairs; pair += 1) {
    tell(`pair ${pair + 1} of ${pairs}`);
    const turn = pair % order.length;
    const rotated = [...order.slice(turn), ...order.slice(0, turn)];
    for (const [position, [name, runs]] of rotated.entries()) {
      const isBaseFirst = (pair + position) % 2 === 0;
      const ratio = await ratioOf(builds, { name, runs }, isBaseFirst);
      ratios.get(name)?.push(ratio);
    }
  }
  return names.map((name) => ({
    name,
    isSameAnswer: runsOf.has(name),
    ratios: ratios.get(name) ?? [],
  }));
}

/** Warms a case up; answers the runs of a measurement, or undefined where the digests differ. */
async function warm(builds: readonly Build[], name: string): Promise<number | undefined> {
  const digests = new Set<string | undefined>();
  let slowest = 1;
  for (const build of builds) {
    const { digest, cpuMicroseconds } = await build.ask({ name, runs: 1, wantsDigest: true });
    digests.add(digest);
    slowest = Math.max(slowest, cpuMicroseconds);
  }
  if (digests.size > 1) return undefined;
  const warming = runsFor(WARMING_MICROSECONDS, slowest);
  slowest = 1;
  for (const build of builds) {
    await build.ask({ name, runs: warming });
    slowest = Math.max(slowest, (await build.ask({ name, runs: 1 })).cpuMicroseconds);
  }
  return runsFor(LEAST_MICROSECONDS, slowest);
}

function runsFor(microseconds: number, ofOne: number): number {
  return Math.min(RUNS_MAX, Math.ceil(microseconds / ofOne));
}

async function ratioOf(
  [base, changed]: readonly [Build, Build],
  question: { readonly name: string; readonly runs: number },
  isBaseFirst: boolean,
): Promise<number> {
  const inOrder = isBaseFirst ? [base, changed] : [changed, base];
  const times: number[] = [];
  for (const build of inOrder) times.push((await build.ask(question)).cpuMicroseconds);
  const [baseTime, changedTime] = isBaseFirst ? times : times.reverse();
  return changedTime / baseTime;
}
