/** The public API of tcesim: names only. */
export { InputError } from '../models/input-error.ts';
export { PHB_PRESETS, presetOf } from '../models/phb/presets.ts';
export { generate } from '../traces/generate/generate.ts';
export { openTrace } from '../traces/open.ts';
export { writeTrace } from '../traces/write.ts';
export { replay } from './replay/replay.ts';
export { RequestLog } from './replay/request-log.ts';
export { buildResult } from './results/result.ts';
export { type Result, resultSchema } from './results/result-schema.ts';
export { resolveScenario, type Scenario } from './scenario/scenario.ts';
export { RESULT_SCHEMA } from './version.ts';
