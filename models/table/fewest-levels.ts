/** The level count for a window when nobody asks for one: the fewest whose tables can be allocated. */
import { type GeometryRules, isRefused, TABLE_LEVELS_MAX, tableGeometry } from './geometry.ts';

/** Fewest levels whose blocks are at most of order `orderMax`; undefined when no level count will do. */
export function fewestLevels(
  window: { readonly pageShift: number; readonly windowBytes: bigint },
  host: { readonly basePageShift: number; readonly orderMax: number },
  rules: GeometryRules,
): number | undefined {
  const { basePageShift, orderMax } = host;
  for (let levels = 1; levels <= TABLE_LEVELS_MAX; levels += 1) {
    const geometry = tableGeometry({ ...window, levels, basePageShift }, rules);
    if (!isRefused(geometry) && geometry.order <= orderMax) return levels;
  }
  return undefined;
}
