/** The formats of what is written, by the names that stand in it. */

/** Name of the format of results, which result-schema.ts describes. */
export const RESULT_SCHEMA = 'tcesim.result/2';

/** Name of the format of a study's results, which study-schema.ts describes. */
export const STUDY_SCHEMA = 'tcesim.study/1';

/** Name of the format of a comparison as JSON, which docs/compare.md describes. */
export const COMPARISON_SCHEMA = 'tcesim.comparison/1';

/** The file by which the directory of a study is known. */
export const STUDY_FILE = 'study.json';

/** The results of a run or a study, in its directory. */
export const RESULTS_FILE = 'results.json';
