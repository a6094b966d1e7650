/** The page of a run or of a study as the text of its file. */
import { presetOf } from '../../models/phb/presets.ts';
import { htmlFile, pageAssets } from '../report/html/html-file.ts';
import { readLog } from '../report/html/log-file.ts';
import { runPage } from '../report/html/run-page.ts';
import type { Result } from '../results/result-schema.ts';
import { studyPage } from '../study/study-page.ts';
import type { StudyResults } from '../study/study-schema.ts';

/** The page of a run; `log` is the path of its request log. Throws InputError where that is none of it. */
export function runHtml(result: Result, log: string | undefined): string {
  const { phb, trace } = result.scenario as { phb: string; trace: { file: string } };
  const title = `${presetOf(phb)?.title ?? phb}, ${trace.file}`;
  const page = runPage(result, title, log === undefined ? null : readLog(log, result));
  return htmlFile(page, pageAssets());
}

/** The page of a study. */
export function studyHtml(results: StudyResults): string {
  return htmlFile(studyPage(results), pageAssets());
}
