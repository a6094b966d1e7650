/** What the pointer points at, in words beside it. */
import { html } from './dom.ts';

const box = html('div', { class: 'tip', 'aria-hidden': true, hidden: true });
const DISTANCE_PX = 14;

/** Shows lines while the pointer is over an element; `lines` gets the place in the drawing's own pixels. */
export function explainsPlace(
  drawn: SVGSVGElement,
  lines: (x: number, y: number) => readonly string[],
): void {
  drawn.addEventListener('pointermove', (event) => {
    const { left, top, width } = drawn.getBoundingClientRect();
    const zoom = drawn.viewBox.baseVal.width / width;
    show(event, lines((event.clientX - left) * zoom, (event.clientY - top) * zoom));
  });
  drawn.addEventListener('pointerleave', hideTip);
}

/** Shows lines while the pointer is over an element. */
export function explains(element: Element, lines: () => readonly string[]): void {
  element.addEventListener('pointermove', (event) => show(event as PointerEvent, lines()));
  element.addEventListener('pointerleave', hideTip);
}

function show(event: PointerEvent, [title, ...rest]: readonly string[]): void {
  if (title === undefined) {
    hideTip();
    return;
  }
  box.replaceChildren(html('strong', {}, title), ...rest.map((line) => html('span', {}, line)));
  if (!box.isConnected) document.body.append(box);
  box.hidden = false;
  const { width, height } = box.getBoundingClientRect();
  const isRight = event.clientX + DISTANCE_PX + width < innerWidth;
  const x = isRight ? event.clientX + DISTANCE_PX : event.clientX - DISTANCE_PX - width;
  const y = Math.min(event.clientY + DISTANCE_PX, innerHeight - height - DISTANCE_PX);
  box.style.setProperty('left', `${Math.max(0, x)}px`);
  box.style.setProperty('top', `${Math.max(0, y)}px`);
}

/** Nothing is pointed at. */
export function hideTip(): void {
  box.hidden = true;
}
