/** Parameters by where they come from, those that nobody has published first. */
import type { Result } from '../../results/result-schema.ts';
import type { UnpublishedParameters } from '../parameters-section.ts';
import type { ParameterGroup } from './page-data.ts';

/** The groups that have any; `whose` are behind their names: ` of phb4`. */
export function parameterGroups(
  { assumed, inferred, chosen }: UnpublishedParameters,
  whose = '',
): ParameterGroup[] {
  const listOf = (parameters: Result['assumed']) =>
    parameters.map(({ key, value, source }) => ({ key, value: String(value), source }));
  return [
    {
      name: `Assumed${whose}`,
      note: 'Nobody has published these. Change any with --set KEY=VALUE, pace with --pace.',
      list: listOf(assumed),
    },
    {
      name: `Inferred${whose}`,
      note: 'These follow from what is published.',
      list: listOf(inferred),
    },
    {
      name: `Set by you${whose}`,
      note: 'These stand in the place of what the PHB has by itself.',
      list: listOf(chosen),
    },
  ].filter(({ list }) => list.length > 0);
}
