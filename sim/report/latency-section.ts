/** The report's section on latency: of reads, of writes, of all, and what it is made of. */
import type { Result } from '../results/result-schema.ts';
import type { Section } from './document.ts';
import { directionRows, LATENCY_HEAD, latencyCells, PART_NAMES } from './latency-cells.ts';

/** Latency over all requests and its parts; parts in which nobody spent time are left out. */
export function latencySection({ latency, faults, dropped }: Result): Section {
  const { parts } = latency;
  const rows = [
    ...directionRows(latency),
    ...PART_NAMES.filter(([name]) => parts[name].max > 0).map(([name, words]) => [
      `  ${words}`,
      ...latencyCells(parts[name]),
    ]),
  ];
  const unserved = faults + dropped.frozen + dropped.fenced;
  return {
    title: 'Latency',
    tables: [{ head: ['in ns', ...LATENCY_HEAD], rows }],
    remarks: [
      'The means of the parts add up to that of all requests; a part that is not shown took no time. docs/timing.md defines each.',
      ...(unserved > 0 ? ['Requests that were refused or dropped are among them.'] : []),
    ],
  };
}
