/** One side of a comparison: the results of a study or of a run, as points with figures by key. */
import { InputError } from '../../../models/input-error.ts';
import { type FigureValue, valuesByKey } from '../../results/figure.ts';
import type { Result } from '../../results/result-schema.ts';
import { z } from '../../zod.ts';
import { askedByPlan } from '../asked.ts';
import type { AxisValues } from '../axis.ts';
import { replayRecord } from '../replay-record.ts';
import { checked, readResults } from '../results-file.ts';
import type { PointRecord, StudyResults } from '../study-schema.ts';

/** A point of a study, or a run, whose name is empty. */
export interface SidePoint {
  readonly name: string;
  readonly values: Readonly<Record<string, string>>;
  /** What became of it, for equality; and in words. */
  readonly answer: string;
  readonly answerWords: string;
  /** Whether it has what was asked for: a window, a run to its end. */
  readonly isGood: boolean;
  readonly figures: ReadonlyMap<string, FigureValue>;
}

export interface Side {
  readonly path: string;
  readonly kind: 'study' | 'run';
  readonly title: string;
  readonly version: string;
  readonly points: readonly SidePoint[];
  /** What was asked, by dotted keys. */
  readonly asked: ReadonlyMap<string, FigureValue>;
  readonly axes: readonly AxisValues[];
  /** Of the plan, as written. */
  readonly thresholds: readonly string[];
}

/** What is read of a plan, which results keep as it was understood. */
const planShape = z.looseObject({
  title: z.string(),
  vary: z.record(z.string(), z.array(z.string())),
  thresholds: z.array(z.string()).optional(),
});

/** Texts for people, which a better wording changes; and the machine that simulated. */
const NO_FIGURES = /(^|\.)reason$|^(host|skipped\.first)\./;

/** Reads one side. Throws InputError as `readResults` does. */
export function readSide(path: string): Side {
  const found = readResults(path);
  return found.kind === 'study'
    ? studySide(path, found.file, found.results)
    : runSide(path, found.result);
}

function studySide(path: string, file: string, study: StudyResults): Side {
  const { version, plan, points } = study;
  const names = new Set(points.map(({ name }) => name));
  if (names.size < points.length) {
    throw new InputError(`${path}: expected points with names of their own, got one twice`);
  }
  const shaped = checked(plan, planShape, `${file}: plan`);
  return {
    ...{ path, kind: 'study', version },
    title: shaped.title,
    points: points.map(studyPoint),
    asked: askedByPlan(shaped),
    axes: axesOfPoints(points),
    thresholds: shaped.thresholds ?? [],
  };
}

function studyPoint({ name, values, window, replay, failed }: PointRecord): SidePoint {
  const answer = failed !== null ? 'failed' : (window?.errno ?? 'created');
  const order = window?.orderWanted === null ? '' : ` order ${window?.orderWanted}`;
  const answerWords =
    failed !== null ? `failed: ${failed}` : window?.created ? answer : `${answer}${order}`;
  const figures = figuresOf({ window: window ?? {}, replay: replay ?? {} });
  return { name, values, answer, answerWords, isGood: answer === 'created', figures };
}

function axesOfPoints(points: readonly PointRecord[]): AxisValues[] {
  const names = new Set(points.flatMap(({ values }) => Object.keys(values)));
  return [...names].map((name) => ({
    name,
    values: [...new Set(points.flatMap(({ values }) => values[name] ?? []))],
  }));
}

function runSide(path: string, result: Result): Side {
  const { version, scenario, assumed, inferred, chosen, ...counted } = result;
  const { schema: _schema, ...simulated } = counted;
  // The parameters that the user set stand among all of them.
  const { set: _set, ...asked } = scenario;
  const parameters = [...assumed, ...inferred, ...chosen].map(({ key, value }) => [key, value]);
  const { isComplete } = result;
  const answer = isComplete ? 'complete' : 'stopped';
  return {
    ...{ path, kind: 'run', version, axes: [], thresholds: [] },
    title: 'a run',
    points: [
      {
        ...{ name: '', values: {}, answer, isGood: isComplete },
        answerWords: isComplete ? answer : 'stopped before the trace ended',
        // The summary of a study's points has the same names here.
        figures: new Map([...figuresOf(replayRecord(result)), ...figuresOf(simulated)]),
      },
    ],
    asked: valuesByKey({ ...asked, set: Object.fromEntries(parameters) }),
  };
}

function figuresOf(document: unknown): Map<string, FigureValue> {
  return new Map([...valuesByKey(document)].filter(([key]) => !NO_FIGURES.test(key)));
}
