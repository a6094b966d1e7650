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

/** First version of each era, newest first. */
const ERAS: readonly { readonly from: readonly [number, number]; readonly era: Era }[] = [
  { from: [6, 11], era: ERA_6_12 },
  { from: [5, 0], era: ERA_5_17 },
  { from: [4, 19], era: ERA_4_19 },
  { from: [4, 2], era: ERA_4_2 },
];

const BASE_PAGE_SHIFTS: Readonly<Record<string, number>> = { '4k': 12, '64k': 16 };

/**
 * A kernel by its name: version, `powernv` (left out mostly) or `pseries`, page size (64k if left out).
 * Throws InputError that names `where` for anything else, and for versions before 4.2.
 */
export function parseKernel(name: string, where = '--kernel'): Kernel {
  const found = /^(\d+)\.(\d+)(?:\.\d+)?(?:-(powernv|pseries))?(?:-(4k|64k))?$/i.exec(name);
  if (!found) {
    throw new InputError(
      `${where}: expected VERSION[-pseries][-4k|-64k] such as 6.12-64k, got '${name}'`,
    );
  }
  const version: [number, number] = [Number(found[1]), Number(found[2])];
  const era = ERAS.find(({ from }) => isAtLeast(version, from))?.era;
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
