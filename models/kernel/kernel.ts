/** A Linux kernel as users name it: `6.12-64k`, `4.2`, `6.12-pseries-64k`. */
import { InputError } from '../input-error.ts';
import { ERA_4_2, ERA_4_19, ERA_5_17, ERA_6_12, type Era } from './era.ts';

/** Under which hypervisor or firmware the host runs: OPAL on the bare machine, or PAPR in a partition. */
export type Platform = 'powernv' | 'pseries';

export interface Kernel {
  /** As the user wrote it. */
  readonly name: string;
  readonly era: Era;
  readonly platform: Platform;
  /** Log2 of the kernel's own page: 12 or 16. */
  readonly basePageShift: number;
  /** Whether the name says the page size, or it is the one that distributions have. */
  readonly namesPageSize: boolean;
  /** Whether this pseries kernel makes DMA windows for VFIO (6.11 and later); on powernv always. */
  readonly hasWindows: boolean;
}

/** Versions of Linux that share their rules. */
export interface EraSpan {
  readonly from: readonly [number, number];
  readonly era: Era;
  /** The versions in words; borders are inferred (era.ts). */
  readonly versions: string;
  /** What they do unlike the ones before. */
  readonly differs: string;
}

/** All rule sets, newest first. */
export const ERA_SPANS: readonly EraSpan[] = [
  {
    from: [6, 11],
    era: ERA_6_12,
    versions: '6.11 and later',
    differs: 'REMOVE clears TCEs before the PHB loses the table; pseries makes windows for VFIO',
  },
  {
    from: [5, 0],
    era: ERA_5_17,
    versions: '5.0 to 6.10',
    differs: 'MAP says ENOMEM, not EPERM, where a table finds no block; UNREGISTER leaves pages',
  },
  {
    from: [4, 19],
    era: ERA_4_19,
    versions: '4.19',
    differs:
      'leaves come with the first MAP; reach below 55 bits; a refused CREATE leaks its charge; the ' +
      'default window is made late; windows may exceed memory',
  },
  {
    from: [4, 2],
    era: ERA_4_2,
    versions: '4.2 to 4.18',
    differs:
      'all tables with CREATE, which may wait for memory; no limit on reach; no leak; windows up ' +
      'to the size of memory',
  },
];

/** What is meant where nobody names a kernel: the newest rules that were read. */
export const DEFAULT_VERSION = '6.12';
/** The same with its pages: those that most distributions have. */
export const DEFAULT_KERNEL = `${DEFAULT_VERSION}-64k`;

/** `VERSION[-pseries][-4k|-64k]`, with or without the v of a git tag. */
const OWN_NAME = /^v?(\d+)\.(\d+)(?:\.\d+)?(?:-(powernv|pseries))?(?:-(4k|64k))?$/i;
/** What `uname -r` prints: three numbers, and the release of whoever built it. */
const UNAME = /^(\d+)\.(\d+)\.\d+-(?!\d+k$)(?:\d|rc\d)[\w.+~-]*$/i;

const BASE_PAGE_SHIFTS: Readonly<Record<string, number>> = { '4k': 12, '64k': 16 };

/**
 * A kernel by its name: version, `powernv` (left out mostly) or `pseries`, page size (64k if left out). Or
 * by what `uname -r` prints, of which the first two numbers count: the rules are those of mainline.
 * Throws InputError that names `where` for anything else, and for versions before 4.2.
 */
export function parseKernel(name: string, where = '--kernel'): Kernel {
  const found = OWN_NAME.exec(name) ?? UNAME.exec(name);
  if (!found) {
    throw new InputError(
      `${where}: expected VERSION[-pseries][-4k|-64k] such as 6.12-64k, got '${name}'`,
    );
  }
  const version: [number, number] = [Number(found[1]), Number(found[2])];
  const era = ERA_SPANS.find(({ from }) => isAtLeast(version, from))?.era;
  if (era === undefined) {
    throw new InputError(`${where}: expected 4.2 or later, which has DMA windows, got '${name}'`);
  }
  const platform = (found[3]?.toLowerCase() ?? 'powernv') as Platform;
  return {
    name,
    era,
    platform,
    basePageShift: BASE_PAGE_SHIFTS[found[4]?.toLowerCase() ?? '64k'],
    namesPageSize: found[4] !== undefined,
    hasWindows: platform === 'powernv' || era === ERA_6_12,
  };
}

function isAtLeast(version: readonly [number, number], from: readonly [number, number]): boolean {
  return version[0] > from[0] || (version[0] === from[0] && version[1] >= from[1]);
}
