/** A process of the random test: its memory, what it registered, and what it owes. */
import { type Process, startProcess } from '../../models/kernel/process.ts';
import { LockedBooks } from './random-ledger.ts';

const MiB = 1n << 20n;

/** A run of a process's memory. */
interface Run {
  readonly start: bigint;
  readonly bytes: bigint;
  readonly realAddress: bigint;
  readonly pageShift: number;
}

/** A range that a process registered, and who holds it. */
export interface Registered {
  readonly start: bigint;
  readonly bytes: bigint;
  /** Containers, whatever stands for them. */
  readonly holders: Set<object>;
  /** Given up while TCEs pointed into it: pinned for ever. */
  isStranded: boolean;
  /** TCEs behind a window's end that went with its table, uncleared: they count for ever. */
  lostEntries: number;
}

/** A process and what is known of it from outside. */
export interface Actor {
  readonly process: Process;
  readonly runs: readonly Run[];
  readonly books: LockedBooks;
  readonly registered: Registered[];
}

/** The real address behind an address of a process. */
export function realOf({ runs }: Actor, address: bigint): bigint | undefined {
  const run = runs.find(({ start, bytes }) => address >= start && address < start + bytes);
  return run && run.realAddress + (address - run.start);
}

/** A process with four runs of memory: ordinary, huge of 2M, huge of 16M, ordinary again. */
export function newActor(index: bigint, pageBits: number): Actor {
  const isRoot = index === 1n;
  const process = startProcess({ limitBytes: 96n * MiB, capIpcLock: isRoot, pageShift: pageBits });
  const start = (index + 1n) << 36n;
  const real = (1n << 44n) + (index << 38n);
  const runs: Run[] = [
    { start, bytes: 8n * MiB, realAddress: real, pageShift: pageBits },
    { start: start + 8n * MiB, bytes: 8n * MiB, realAddress: real + 1024n * MiB, pageShift: 21 },
    { start: start + 32n * MiB, bytes: 32n * MiB, realAddress: real + 256n * MiB, pageShift: 24 },
    { start: start + 64n * MiB, bytes: MiB, realAddress: real + 64n * MiB, pageShift: pageBits },
  ];
  for (const run of runs) process.memory.add(run);
  return { process, runs, books: new LockedBooks(process), registered: [] };
}

/** Adds TCEs to the ranges that they point into; throws for one that points into none. */
export function countRegions(
  actor: Actor,
  tces: Iterable<number>,
  mapped: Map<Registered, number>,
): void {
  for (const tce of tces) {
    const real = BigInt(tce - (tce % 4096));
    const run = actor.runs.find(
      (each) => real >= each.realAddress && real < each.realAddress + each.bytes,
    );
    const address = run && run.start + (real - run.realAddress);
    const range = actor.registered.find(
      ({ start, bytes }) => address !== undefined && address >= start && address < start + bytes,
    );
    if (range === undefined)
      throw new Error(`TCE ${tce.toString(16)} points into memory not pinned`);
    mapped.set(range, (mapped.get(range) ?? 0) + 1);
  }
}
