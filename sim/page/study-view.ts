/** The page about a study. */
import type { StudyPage } from '../report/html/page-data.ts';
import { formatCountOf } from '../report/numbers.ts';
import { html } from './dom.ts';
import { heatMap } from './heat-map.ts';
import { parameterBlock } from './parameter-block.ts';
import { pageOf } from './parts-of-page.ts';
import { pointTable } from './point-table.ts';
import { sectionBody, sectionView } from './section-view.ts';

export function studyView(page: StudyPage): DocumentFragment {
  const [verdict, ...cases] = page.verdict;
  return pageOf(
    {
      title: page.title,
      kicker: `tcesim ${page.version}, a study`,
      headline: page.headline,
      warnings: [],
    },
    [
      {
        id: 'asked',
        title: 'What was asked',
        content: [
          html('div', { class: 'block' }, ...sectionBody(page.asked)),
          ...page.parameters.map(parameterBlock),
        ],
      },
      ...(verdict === undefined
        ? []
        : [
            {
              id: 'verdict',
              title: 'The verdict',
              content: [
                html('div', { class: 'block' }, ...sectionBody(verdict)),
                ...failedNote(page),
                html(
                  'details',
                  {},
                  html('summary', {}, 'Why not fewer levels, and what more would cost'),
                  ...cases.map((section) => sectionView(section)),
                ),
              ],
            },
          ]),
      ...(page.failed === null
        ? []
        : [{ id: 'failed', title: 'Failed points', content: sectionBody(page.failed) }]),
      { id: 'map', title: 'The map', content: [heatMap(page)] },
      { id: 'points', title: 'All points', content: [pointTable(page)] },
    ],
  );
}

/** A verdict is about points that were replayed. */
function failedNote({ failed }: StudyPage): HTMLElement[] {
  if (failed === null) return [];
  const words = `${formatCountOf(failed.remarks.length, 'point')} failed, of which the verdict knows nothing; see below.`;
  return [html('p', { class: 'remark' }, words)];
}
