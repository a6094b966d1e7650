/** Parameters that nobody has published, as a section of a report. */
import type { Result } from '../results/result-schema.ts';
import type { Section, Table } from './document.ts';

/** Parameters of a unit by their origin, but for the documented ones. */
export type UnpublishedParameters = Pick<Result, 'assumed' | 'inferred' | 'chosen'>;

/** Their table; `whose` stands behind its title: ` of phb4`. */
export function parametersSection(parameters: UnpublishedParameters, whose = ''): Section {
  const { assumed, inferred, chosen } = parameters;
  const rows = (list: Result['assumed']) =>
    list.map(({ key, value, source }) => [key, String(value), source]);
  const tables: Table[] = [
    { head: ['assumed', 'value', 'because'], rows: rows(assumed), left: [2] },
    { head: ['inferred', 'value', 'from'], rows: rows(inferred), left: [2] },
    { head: ['set by you', 'value', 'instead of'], rows: rows(chosen), left: [2] },
  ].filter((table) => table.rows.length > 0);
  return {
    title: `Parameters${whose} that nobody has published`,
    tables,
    remarks: [
      'Change any with --set KEY=VALUE (pace with --pace). docs/parameters.md has the documented ones too.',
    ],
  };
}
