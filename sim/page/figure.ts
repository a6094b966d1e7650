/** A figure: a title, what it shows in words, a drawing that fits the width of the page, and its numbers as a table. */
import { type Child, html } from './dom.ts';

/** Drawings are no wider than that, and no narrower. */
const WIDTH_MAX = 1080;
const WIDTH_MIN = 320;

export interface FigureParts {
  /** Names the figure for tests and links. */
  readonly id: string;
  readonly title: string;
  /** What a reader should know; a sentence or two. */
  readonly note?: string;
  /** Choices above the drawing. */
  readonly controls?: Child;
  /** Colours and their names, below the drawing. */
  readonly legend?: Child;
  /** The drawing for a width. */
  readonly draw: (width: number) => Element;
  /** The numbers behind the drawing. */
  readonly table?: () => Element;
}

/** A figure on the page, and how to draw it again. */
export interface Figure {
  readonly element: HTMLElement;
  redraw(): void;
}

export function figure({ id, title, note, controls, legend, draw, table }: FigureParts): Figure {
  const canvas = html('div', { class: 'canvas' });
  const element = html(
    'figure',
    { id, class: 'figure' },
    html(
      'figcaption',
      {},
      html('h3', {}, title),
      note === undefined ? null : html('p', { class: 'note' }, note),
    ),
    controls === undefined ? null : html('div', { class: 'controls' }, controls),
    canvas,
    legend ?? null,
    table === undefined ? null : lazyTable(table),
  );
  let width = 0;
  const redraw = () => {
    if (width > 0) canvas.replaceChildren(draw(width));
  };
  new ResizeObserver(() => {
    const room = Math.round(canvas.getBoundingClientRect().width);
    const fitting = Math.min(WIDTH_MAX, Math.max(WIDTH_MIN, room));
    if (fitting === width) return;
    width = fitting;
    redraw();
  }).observe(canvas);
  return { element, redraw };
}

/** Numbers for those who cannot see the drawing, or want to copy them; made when they are asked for. */
function lazyTable(table: () => Element): HTMLDetailsElement {
  const details = html('details', { class: 'numbers' }, html('summary', {}, 'The numbers'));
  details.addEventListener(
    'toggle',
    () => {
      if (details.open && details.childElementCount === 1) {
        const region = { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': 'Numbers' };
        details.append(html('div', region, table()));
      }
    },
    { once: true },
  );
  return details;
}
