/** Bars of letters, behind the rows of a table. */
import type { Bars } from './document.ts';

/** Shades of a bar, from its first figure to its last. */
const SHADES = ['█', '▓', '▒', '░'];
const WIDTH_MIN = 12;
const WIDTH_MAX = 60;

/** A cell a line, the head's first; none where there is no room for bars that tell something. */
export function barsColumn({ head, full, rows }: Bars, room: number): string[] {
  const width = Math.min(room, WIDTH_MAX);
  if (width < Math.max(WIDTH_MIN, head.length)) return [];
  return [head, ...rows.map((reaches) => bar(reaches, full, width))];
}

/** Each figure's shade goes on from where the one before ended; what is not nothing has a letter. */
function bar(reaches: readonly number[], full: number, width: number): string {
  let text = '';
  for (const [at, reach] of reaches.entries()) {
    const end = full === 0 ? 0 : Math.round((reach / full) * width);
    text += SHADES[Math.min(at, SHADES.length - 1)].repeat(Math.max(0, end - text.length));
  }
  return text === '' && (reaches.at(-1) ?? 0) > 0 ? '▏' : text;
}
