/** Runs of traces that the tests write themselves, and their results as data. */
import { writeFileSync } from 'node:fs';
import { type Result, resultSchema } from '../../sim/results/result-schema.ts';
import { succeed } from '../cli/command.ts';

/** Columns of the tables below. */
const HEADER = 'time_ns,op,phb,rid,pe,length,address,value';

/** Writes a CSV trace of such rows. */
export function writeCsv(path: string, rows: readonly string[]): string {
  writeFileSync(path, `${[HEADER, ...rows].join('\n')}\n`);
  return path;
}

/** `run --format json`, checked against the published schema. */
export async function runJson(...args: string[]): Promise<Result> {
  return resultSchema.parse(JSON.parse(await succeed('run', ...args, '--format', 'json')));
}

/** All that a result must have in common with that of another machine: everything but `host`. */
export function withoutHost(result: object): string {
  return JSON.stringify({ ...result, host: undefined });
}

const PAGE_BYTES = 65_536;
const PAGES = 24;
const PHBS = [0, 1, 2, 5];
const ROWS = 6000;
/** Behind every window of these tests. */
const OUTSIDE = 2 ** 45;

/** What is known of `mixedRows` without replaying it. */
export interface MixedTrace {
  readonly rows: readonly string[];
  readonly dmas: number;
  readonly kills: number;
  /** DMAs to an address behind the window: faults of kind tvt-address. */
  readonly outside: number;
  /** DMAs to MSI addresses. */
  readonly msi: number;
}

/**
 * DMAs of three PEs on each of four PHBs, each PE in 64K pages of the window at bus address 0, mixed
 * with maps, unmaps, kills, addresses behind the window, and MSIs. Every DMA is 1 KiB within a page.
 */
export function mixedTrace(): MixedTrace {
  const random = seededNumbers();
  const counts = { dmas: 0, kills: 0, outside: 0, msi: 0 };
  const rows = Array.from({ length: ROWS }, (_, row) => {
    const phb = PHBS[random(PHBS.length)];
    const pe = 1 + random(3);
    const page = random(PAGES) * PAGE_BYTES;
    const where = `${phb},${pe * 256},${pe}`;
    const kind = random(100);
    const time = row * 4;
    if (kind < 4) return `${time},map,${where},${PAGE_BYTES},${page},${page + 2 ** 40 + 3}`;
    if (kind < 6) return `${time},unmap,${where},${PAGE_BYTES},${page},0`;
    if (kind === 10) {
      counts.kills += 1;
      return `${time},kill,${phb},0,0,0,0,0x8000000000000000`;
    }
    counts.dmas += 1;
    const op = random(2) === 0 ? 'read' : 'write';
    if (kind === 11) counts.outside += 1;
    if (kind === 12) counts.msi += 1;
    const address = kind === 11 ? OUTSIDE : kind === 12 ? 0xffff0000 : page + random(60) * 1024;
    return `${time},${op},${where},1024,${address},0`;
  });
  return { rows, ...counts };
}

/** Numbers 0 .. n - 1 from a linear congruential generator's upper bits. */
function seededNumbers(): (below: number) => number {
  let state = 12345;
  return (below) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
