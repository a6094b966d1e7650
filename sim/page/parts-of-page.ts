/** What both kinds of pages have: a head, a way to their parts, the parts. */
import type { Fact } from '../report/html/page-data.ts';
import { type Child, html } from './dom.ts';

/** A part of the page that its head leads to. */
export interface Part {
  readonly id: string;
  readonly title: string;
  readonly content: readonly Child[];
}

export function pageOf(
  { title, kicker, headline }: { title: string; kicker: string; headline: readonly Fact[] },
  parts: readonly Part[],
): DocumentFragment {
  const links = parts.map((part) => html('li', {}, html('a', { href: `#${part.id}` }, part.title)));
  const facts = headline.map(({ name, value, note }) =>
    html(
      'div',
      { class: 'fact' },
      html('dt', {}, name),
      html('dd', { class: 'value' }, value),
      html('dd', { class: 'note' }, note),
    ),
  );
  const made = document.createDocumentFragment();
  made.append(
    html('a', { class: 'skip', href: '#content' }, 'To the content'),
    html(
      'header',
      {},
      html('p', { class: 'kicker' }, kicker),
      html('h1', {}, title),
      html('nav', { 'aria-label': 'Parts of this page' }, html('ul', {}, ...links)),
    ),
    html(
      'main',
      { id: 'content' },
      html('dl', { class: 'facts' }, ...facts),
      ...parts.map((part) =>
        html(
          'section',
          { id: part.id, 'aria-labelledby': `${part.id}-title` },
          html('h2', { id: `${part.id}-title` }, part.title),
          ...part.content,
        ),
      ),
    ),
  );
  return made;
}
