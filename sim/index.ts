/** The public API of tcesim: names only. docs/library.md shows how they are used. */
export { InputError } from '../models/input-error.ts';
export type { Origin } from '../models/origin.ts';
export type { Operation } from '../traces/format.ts';
export type { Cell, GivenRow, GivenRows } from '../traces/given-rows.ts';
export {
  type CallAnswer,
  type CallInputs,
  createHost,
  type Host,
  type HostObject,
} from './library/host.ts';
export {
  type Choice,
  type GeneratorChoice,
  type GeneratorOption,
  listGenerators,
  listPhbs,
} from './library/lists.ts';
export {
  createPhb,
  type Phb,
  type PhbParameter,
  type WalkObject,
  type Word,
} from './library/phb.ts';
export { replay, replayRequests } from './library/replay.ts';
export type { ReplayOptions } from './library/replay-watch.ts';
export type { RequestAnswer } from './library/request-answer.ts';
export type { ResultStream } from './library/result-stream.ts';
export type { ScenarioObject } from './library/scenario-object.ts';
export { type SweepOptions, sweep } from './library/sweep.ts';
export type { Result } from './results/result-schema.ts';
export type { ScenarioWords, SettingValue } from './scenario/scenario-words.ts';
export type { PlanWords } from './study/plan-words.ts';
export type { PointRecord, StudyResults } from './study/study-schema.ts';
export type { OutcomeName } from './unit/books/outcome.ts';
export type { PartName } from './unit/books/parts.ts';
export type { CallRecord } from './vfio/call-record.ts';
export type { CallName } from './vfio/calls.ts';
export type {
  KnownWord,
  ReadAnswer,
  TveAnswer,
  TveSource,
  WalkAnswer,
} from './walk/walk-answer.ts';
