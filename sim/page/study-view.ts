/** The page about a study. */
import type { StudyPage } from '../report/html/page-data.ts';
import { html } from './dom.ts';
import { heatMap } from './heat-map.ts';
import { pageOf } from './parts-of-page.ts';
import { pointTable } from './point-table.ts';
import { sectionBody, sectionView } from './section-view.ts';

export function studyView(page: StudyPage): DocumentFragment {
  const [verdict, ...cases] = page.verdict;
  return pageOf(
    { title: page.title, kicker: `tcesim ${page.version}, a study`, headline: page.headline },
    [
      {
        id: 'asked',
        title: 'What was asked',
        content: [html('div', { class: 'block' }, ...sectionBody(page.asked))],
      },
      ...(verdict === undefined
        ? []
        : [
            {
              id: 'verdict',
              title: 'The verdict',
              content: [
                html('div', { class: 'block' }, ...sectionBody(verdict)),
                html(
                  'details',
                  {},
                  html('summary', {}, 'Why not fewer levels, and what more would cost'),
                  ...cases.map((section) => sectionView(section)),
                ),
              ],
            },
          ]),
      { id: 'map', title: 'The map', content: [heatMap(page)] },
      { id: 'points', title: 'All points', content: [pointTable(page)] },
    ],
  );
}
