/** The ground of a drawing: its frame, its grid, the words beside its axes. */
import { svg } from './dom.ts';
import type { Scale } from './scale.ts';

/** A drawing of a size; `words` tell those who do not see it what it shows. */
export function drawing(width: number, height: number, words: string): SVGSVGElement {
  const box = { viewBox: `0 0 ${width} ${height}`, width, height };
  return svg('svg', { ...box, role: 'img', 'aria-label': words });
}

/** Room of a letter beside an axis; words that have none are left out. */
const LETTER_PX = 7;

/** Lines and words of an axis along the bottom. */
export function bottomAxis(
  scale: Scale,
  [top, bottom]: readonly [number, number],
  format: (value: number) => string,
  title = '',
): SVGGElement {
  const axis = svg('g', { class: 'axis' });
  let taken = Number.NEGATIVE_INFINITY;
  for (const tick of scale.ticks) {
    const place = scale.at(tick);
    const x = place.toFixed(1);
    axis.append(svg('line', { class: 'grid', x1: x, x2: x, y1: top, y2: bottom }));
    const words = format(tick);
    const half = (words.length * LETTER_PX) / 2;
    if (place - half < taken) continue;
    taken = place + half + LETTER_PX;
    axis.append(svg('text', { x, y: bottom + 16, 'text-anchor': 'middle' }, words));
  }
  if (title !== '') {
    const middle = (scale.at(scale.ticks[0]) + scale.at(scale.ticks[scale.ticks.length - 1])) / 2;
    const at = { x: middle, y: bottom + 33, 'text-anchor': 'middle', class: 'axis-title' };
    axis.append(svg('text', at, title));
  }
  return axis;
}

/** Lines and words of an axis along the left side. */
export function leftAxis(
  scale: Scale,
  [left, right]: readonly [number, number],
  format: (value: number) => string,
): SVGGElement {
  const axis = svg('g', { class: 'axis' });
  for (const tick of scale.ticks) {
    const y = scale.at(tick).toFixed(1);
    axis.append(
      svg('line', { class: 'grid', x1: left, x2: right, y1: y, y2: y }),
      svg('text', { x: left - 8, y, dy: '0.32em', 'text-anchor': 'end' }, format(tick)),
    );
  }
  return axis;
}

/** A path through places; a gap where there is none. */
export function pathOf(places: Iterable<readonly [x: number, y: number] | null>): string {
  let path = '';
  let isDown = false;
  for (const place of places) {
    if (place !== null) {
      path += `${isDown ? 'L' : 'M'}${place[0].toFixed(1)},${place[1].toFixed(1)}`;
    }
    isDown = place !== null;
  }
  return path;
}
