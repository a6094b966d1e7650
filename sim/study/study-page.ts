/** The page about a study: its axes, the verdict in words, and what was measured at each point. */
import type { Fact, Metric, PagePoint, StudyPage } from '../report/html/page-data.ts';
import { parameterGroups } from '../report/html/parameter-groups.ts';
import { formatCount, formatNs } from '../report/numbers.ts';
import { askedSection, axesOf, failedSection, verdictSections } from './study-report.ts';
import type { PointRecord, ReplayRecord, StudyResults, WindowRecord } from './study-schema.ts';
import { unitsOf } from './unit-of-points.ts';

interface MetricSource extends Metric {
  readonly of: (window: WindowRecord, replay: ReplayRecord | null) => number | null | undefined;
}

const METRICS: readonly MetricSource[] = [
  latency('p99', 'p99 latency'),
  latency('p50', 'p50 latency'),
  latency('mean', 'mean latency'),
  latency('max', 'largest latency'),
  {
    key: 'hitRate',
    name: 'TCE cache hits',
    unit: 'share',
    isLessBetter: false,
    of: (_, replay) => replay?.hitRate,
  },
  {
    key: 'readsPerRequest',
    name: 'table reads a request',
    unit: 'number',
    isLessBetter: true,
    of: (_, replay) => replay?.readsPerRequest,
  },
  {
    key: 'gbps',
    name: 'payload in Gb/s',
    unit: 'number',
    isLessBetter: false,
    of: (_, replay) => replay?.gbps,
  },
  {
    key: 'faults',
    name: 'requests refused',
    unit: 'number',
    isLessBetter: true,
    of: (_, replay) => replay?.faults,
  },
  {
    key: 'allocation',
    name: 'allocation: buddy order wanted',
    unit: 'order',
    isLessBetter: true,
    of: ({ created, order, orderWanted }) => (created ? order : orderWanted),
  },
  {
    key: 'tableBytes',
    name: 'table bytes at CREATE',
    unit: 'bytes',
    isLessBetter: true,
    of: ({ created, tableBytes }) => (created ? tableBytes : null),
  },
  {
    key: 'fullBytes',
    name: 'table bytes with every leaf',
    unit: 'bytes',
    isLessBetter: true,
    of: ({ created, fullBytes }) => (created ? fullBytes : null),
  },
  {
    key: 'usedBytes',
    name: 'table bytes after the trace',
    unit: 'bytes',
    isLessBetter: true,
    of: (_, replay) => replay?.tableBytes,
  },
];

function latency(key: 'p99' | 'p50' | 'mean' | 'max', name: string): MetricSource {
  const of = (_: WindowRecord, replay: ReplayRecord | null) => replay?.latency[key];
  return { key, name, unit: 'ns', isLessBetter: true, of };
}

/** The page of a study that is complete. */
export function studyPage(results: StudyResults): StudyPage {
  const { plan, points, version } = results;
  const axes = axesOf(results).map(([name, values]) => ({ name, values }));
  // A study without any window has no figure; what was answered is to be seen all the same.
  const used = METRICS.filter(
    ({ key, of }) =>
      key === 'allocation' ||
      points.some(({ window, replay }) => window !== null && (of(window, replay) ?? null) !== null),
  );
  return {
    kind: 'study',
    title: String(plan.title),
    version,
    headline: headlineOf(points),
    asked: askedSection(results),
    parameters: unitsOf(results).flatMap((unit, _, all) =>
      parameterGroups(unit.parameters, all.length > 1 ? ` of ${unit.name}` : ''),
    ),
    verdict: verdictSections(results),
    failed: failedSection(results),
    axes,
    metrics: used.map(({ of: _of, ...metric }) => metric),
    points: points.map((point) => pagePoint(point, axes, used)),
  };
}

function pagePoint(
  { values, window, replay, failed }: PointRecord,
  axes: StudyPage['axes'],
  metrics: readonly MetricSource[],
): PagePoint {
  return {
    at: axes.map((axis) => axis.values.indexOf(values[axis.name])),
    answer: failed !== null ? 'failed' : (window?.errno ?? 'created'),
    reason: failed ?? window?.reason ?? '',
    figures: metrics.map(({ of }) => (window === null ? null : (of(window, replay) ?? null))),
  };
}

function headlineOf(points: readonly PointRecord[]): Fact[] {
  const created = points.filter(({ window }) => window?.created).length;
  const failed = points.filter((point) => point.failed !== null).length;
  const faulty = points.filter(({ replay }) => (replay?.faults ?? 0) > 0).length;
  const p99s = points.flatMap(({ replay }) => (replay === null ? [] : [replay.latency.p99]));
  const requests = points.reduce((sum, { replay }) => sum + (replay?.requests ?? 0), 0);
  const spread = `${formatNs(p99s.reduce(lesser, Number.POSITIVE_INFINITY))} to ${formatNs(p99s.reduce(greater, 0))} ns`;
  return [
    { name: 'points', value: formatCount(points.length), note: `${formatCount(failed)} failed` },
    {
      name: 'windows created',
      value: formatCount(created),
      note: `${formatCount(points.length - created)} not`,
    },
    { name: 'p99 latency', value: p99s.length === 0 ? '-' : spread, note: 'over all points' },
    {
      name: 'requests replayed',
      value: formatCount(requests),
      note: `${formatCount(faulty)} points refused some`,
    },
  ];
}

function lesser(one: number, other: number): number {
  return Math.min(one, other);
}

function greater(one: number, other: number): number {
  return Math.max(one, other);
}
