/** The points of a study as typed columns: those of points.csv, numbers as numbers. */
import type { CellType, TableColumn } from '../../traces/export/table.ts';
import { figureAt } from '../results/figure.ts';
import { kindOfAxis } from './axis.ts';
import { pointRows } from './point-row.ts';
import { pointSchema, type StudyResults } from './study-schema.ts';

const NUMBER = /^\d+(\.\d+)?$/;

/** Columns in the order of points.csv; empty cells where there is nothing to tell. */
export function pointColumns(results: StudyResults): TableColumn[] {
  const rows = pointRows(results);
  const axes = Object.keys(results.points[0]?.values ?? {});
  return Object.keys(rows[0] ?? {}).map((name) => {
    const cells = rows.map((row) => row[name]);
    if (!axes.includes(name)) return { name, type: typeOfFigure(name), cells };
    const type = typeOfAxis(name, cells.map(String));
    return { name, type, cells: type === 'text' ? cells : cells.map(Number) };
  });
}

/** Words and sizes stay as they were asked for; counts are numbers, and settings that are. */
function typeOfAxis(name: string, values: readonly string[]): CellType {
  switch (kindOfAxis(name)) {
    case 'count':
      return 'whole';
    case 'setting':
      return values.every((value) => NUMBER.test(value)) ? 'number' : 'text';
    default:
      return 'text';
  }
}

function typeOfFigure(name: string): CellType {
  const keys = [`window.${name}`, `replay.${name}`, `replay.latency.${name}`];
  const [figure] = keys.flatMap((key) => figureAt(pointSchema, key) ?? []);
  return figure?.kind ?? 'text';
}
