/** All points of a study, with a choice for each axis. */
import type { PagePoint, StudyPage } from '../report/html/page-data.ts';
import { type Column, dataTable } from './data-table.ts';
import { choice, html } from './dom.ts';
import { figureWords, metricWords } from './figures-in-words.ts';

export function pointTable(page: StudyPage): HTMLElement {
  const { axes, points } = page;
  const varied = axes.flatMap(({ values }, at) => (values.length > 1 ? [at] : []));
  const wanted = new Map<number, number>();
  const table = dataTable('Points of the study', columnsOf(page, varied), points);
  const choices = varied.map((at) =>
    choice(axes[at].name, ['any', ...axes[at].values], 0, (index) => {
      if (index === 0) wanted.delete(at);
      else wanted.set(at, index - 1);
      table.fill(
        points.filter((point) => [...wanted].every(([axis, value]) => point.at[axis] === value)),
      );
    }),
  );
  return html(
    'div',
    { id: 'point-table' },
    html('div', { class: 'row filters' }, ...choices),
    table.element,
  );
}

function columnsOf({ axes, metrics }: StudyPage, varied: readonly number[]): Column<PagePoint>[] {
  return [
    ...varied.map((at) => ({
      name: axes[at].name,
      // In the order of the plan, which is that of sizes too.
      of: (point: PagePoint) => point.at[at],
      show: (point: PagePoint) => axes[at].values[point.at[at]],
    })),
    {
      name: 'answer',
      of: ({ answer }) => answer,
      show: ({ answer, reason }) => html('span', { title: reason }, answer),
      isWords: true,
    },
    ...metrics.map((metric, at) => ({
      name: metricWords(metric),
      of: (point: PagePoint) => point.figures[at] ?? Number.NEGATIVE_INFINITY,
      show: (point: PagePoint) => figureWords(metric, point.figures[at]),
    })),
  ];
}
