/** DMA windows as they are written: `64K:1T:levels=2`, or `default`. */
import { log2Exact } from '../../models/bits.ts';
import { InputError } from '../../models/input-error.ts';
import { placeOf, tableBytesOf } from '../../models/kernel/group/window-place.ts';
import { orderMaxOf } from '../../models/memory/buddy.ts';
import type { UnitConfig } from '../../models/phb/unit-config.ts';
import { formatSize, parseSize } from '../../models/size.ts';
import { fewestLevels } from '../../models/table/fewest-levels.ts';
import { type GeometryRules, isRefused, tableGeometry } from '../../models/table/geometry.ts';
import type { WindowPlan } from '../replay/machine.ts';

/** The window that a VFIO container promises when it is opened. */
const DEFAULT_WINDOW = '4K:2G:levels=1';

/** What a window is made on: a PE of such a PHB, as its first (0) or second (1), by such a kernel. */
export interface WindowHome {
  readonly config: UnitConfig;
  readonly basePageShift: number;
  readonly rules: GeometryRules;
  readonly slot: number;
}

/**
 * A window of page size, size and perhaps levels (without: the fewest that the host can allocate).
 * Throws InputError on anything that the kernel would answer with EINVAL, and says why.
 * @example parseWindow('64K:1T:levels=2', { config, basePageShift: 16, rules, slot: 0 })
 */
export function parseWindow(text: string, home: WindowHome): WindowPlan {
  const { config, basePageShift, rules, slot } = home;
  const [page, size, ...options] = (text === 'default' ? DEFAULT_WINDOW : text).split(':');
  const where = `window ${text}`;
  if (page === undefined || size === undefined || options.length > 1) {
    throw new InputError(`${where}: expected PAGE:SIZE[:levels=N] such as 64K:1T:levels=2`);
  }
  const pageShift = log2Exact(parseSize(page, `${where}: page size`));
  if (!config.pageShifts.includes(pageShift)) {
    const sizes = config.pageShifts.map((shift) => formatSize(2 ** shift)).join(', ');
    throw new InputError(`${where}: page size: expected one of ${sizes}, got ${page}`);
  }
  const bytes = parseSize(size, `${where}: size`);
  const place = placeOf(slot, config.pe.tveSelect);
  if (bytes > place.limit - place.start) {
    const limit = formatSize(place.limit - place.start);
    throw new InputError(
      `${where}: expected at most ${limit} below the second window, got ${size}`,
    );
  }
  const windowBytes = tableBytesOf(place, bytes);
  const host = { basePageShift, orderMax: orderMaxOf(basePageShift) };
  const fewest = fewestLevels({ pageShift, windowBytes }, host, rules);
  const levels = options[0] === undefined ? (fewest ?? 1) : levelsOf(options[0], where);
  const geometry = tableGeometry({ pageShift, levels, windowBytes, basePageShift }, rules);
  if (isRefused(geometry)) throw new InputError(`${where}: EINVAL: ${geometry.reason}`);
  return { pageShift, bytes, levels };
}

/** A window as `parseWindow` reads it. */
export function formatWindow({ pageShift, bytes, levels }: WindowPlan): string {
  return `${formatSize(2 ** pageShift)}:${formatSize(bytes)}:levels=${levels}`;
}

function levelsOf(option: string, where: string): number {
  const found = /^levels=(\d+)$/.exec(option);
  if (!found) throw new InputError(`${where}: expected levels=N, got '${option}'`);
  return Number(found[1]);
}
