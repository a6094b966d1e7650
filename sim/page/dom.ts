/** Elements of a page. Text is always text: no name of a trace can become markup. */

/** What stands in an element; null is nothing. */
export type Child = Node | string | null;

type Attributes = Readonly<Record<string, string | number | boolean>>;

const SVG = 'http://www.w3.org/2000/svg';

/** An element of HTML. An attribute that is false is left out, one that is true is empty. */
export function html<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  return filled(document.createElement(tag), attributes, children);
}

/** An element of SVG. */
export function svg<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[Tag] {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled<Kind extends Element>(
  element: Kind,
  attributes: Attributes,
  children: readonly Child[],
): Kind {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false) element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** A button that does something. */
export function button(label: string, work: () => void, attributes: Attributes = {}) {
  const made = html('button', { type: 'button', ...attributes }, label);
  made.addEventListener('click', work);
  return made;
}

/** Fields so far: each has a name of its own for its label. */
let fields = 0;

/** A field under its label. */
export function field(label: string, input: HTMLInputElement | HTMLSelectElement): HTMLElement {
  fields += 1;
  input.id = `field-${fields}`;
  const name = html('span', {}, ...breakable(label));
  return html('div', { class: 'field' }, html('label', { for: input.id }, name), input);
}

/** A name that breaks behind its dots, if it must. */
function breakable(name: string): Child[] {
  return name.split(/(?<=\.)/).flatMap((piece, at) => (at === 0 ? [piece] : [html('wbr'), piece]));
}

/** A choice among words; `work` gets the index of the one that was taken. */
export function choice(
  label: string,
  words: readonly string[],
  chosen: number,
  work: (index: number) => void,
): HTMLElement {
  const options = words.map((word, index) =>
    html('option', { value: index, selected: index === chosen }, word),
  );
  const select = html('select', {}, ...options);
  select.addEventListener('change', () => work(Number(select.value)));
  return field(label, select);
}
