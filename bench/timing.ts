/** One case timed by benny, which decides how often it runs; every run's times are kept. */
import { hrtime } from 'node:process';
import b from 'benny';
import type { BenchCase } from './bench-case.ts';
import { cpuMicrosecondsOf } from './cpu-time.ts';

/** Least number of samples, and seconds that a case may go on for more. */
const SAMPLES_MIN = 5;
const SECONDS_MAX = 1;

/** A case as it was timed. */
export interface CaseTimes {
  readonly name: string;
  readonly unit: string;
  /** Units of one run. */
  readonly amount: number;
  readonly digest: string;
  /** Of every run in the order of the runs, those that warm the compiler up included. */
  readonly wallMicroseconds: readonly number[];
  /** The same: all threads, and the processes that the case starts. */
  readonly cpuMicroseconds: readonly number[];
}

/** Prepares a case and times it; the digest is that of the first run. */
export async function timeCase(bench: BenchCase): Promise<CaseTimes> {
  const { name, unit } = bench;
  const prepared = await bench.prepare();
  const wallMicroseconds: number[] = [];
  const cpuMicroseconds: number[] = [];
  const run = async () => {
    const started = hrtime.bigint();
    cpuMicroseconds.push(await cpuMicrosecondsOf(prepared));
    wallMicroseconds.push(Math.round(Number(hrtime.bigint() - started) / 1e3));
  };
  await run();
  const digest = await prepared.digest();
  await b.suite(
    name,
    b.configure({ cases: { minSamples: SAMPLES_MIN, maxTime: SECONDS_MAX } }),
    b.add(name, run),
  );
  return { name, unit, amount: prepared.amount, digest, wallMicroseconds, cpuMicroseconds };
}
