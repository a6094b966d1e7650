/** What pages have in common: a head, a way to their parts, the parts. */
import type { Fact } from '../report/html/page-data.ts';
import { type Child, html } from './dom.ts';

/** A part of the page that its head leads to. */
export interface Part {
  readonly id: string;
  readonly title: string;
  readonly content: readonly Child[];
}

/** What stands above the parts. */
export interface PageHead {
  readonly title: string;
  readonly kicker: string;
  readonly headline: readonly Fact[];
  readonly warnings: readonly string[];
}

export function pageOf(
  { title, kicker, headline, warnings }: PageHead,
  parts: readonly Part[],
): DocumentFragment {
  const made = document.createDocumentFragment();
  made.append(
    skipLink(),
    headOf(title, kicker, parts),
    html(
      'main',
      { id: 'content', tabindex: -1 },
      factList(headline),
      ...warningList(warnings),
      ...parts.map(partView),
    ),
  );
  return made;
}

/** For those who go through the page by keyboard. The address stays what it is: it may say more than a place. */
export function skipLink(): HTMLElement {
  const link = html('a', { class: 'skip', href: '#content' }, 'To the content');
  link.addEventListener('click', (event) => {
    event.preventDefault();
    document.getElementById('content')?.focus();
  });
  return link;
}

/** The head, and links to the parts. */
function headOf(title: string, kicker: string, parts: readonly Part[]): HTMLElement {
  const links = parts.map((part) => html('li', {}, html('a', { href: `#${part.id}` }, part.title)));
  return html(
    'header',
    {},
    html('p', { class: 'kicker' }, kicker),
    html('h1', {}, title),
    html('nav', { 'aria-label': 'Parts of this page' }, html('ul', {}, ...links)),
  );
}

/** Figures for everybody. */
export function factList(facts: readonly Fact[]): HTMLElement {
  const items = facts.map(({ name, value, note }) =>
    html(
      'div',
      { class: 'fact' },
      html('dt', {}, name),
      html('dd', { class: 'value' }, value),
      html('dd', { class: 'note' }, note),
    ),
  );
  return html('dl', { class: 'facts' }, ...items);
}

/** What a reader should know of the figures. */
export function warningList(warnings: readonly string[]): HTMLElement[] {
  return warnings.map((words) => html('p', { class: 'warning' }, words));
}

/** A part under its heading. */
export function partView({ id, title, content }: Part): HTMLElement {
  return html(
    'section',
    { id, 'aria-labelledby': `${id}-title` },
    html('h2', { id: `${id}-title` }, title),
    ...content,
  );
}
