/** Advice for a reader and for programs. */
import { formatSize } from '../../models/size.ts';
import type { Report, Section, Table } from '../report/document.ts';
import { VERSION } from '../version.ts';
import { cautions, improvementWords, reasons, windowWords } from './advice-words.ts';
import type { Advice } from './advise.ts';
import type { Candidate } from './candidate.ts';
import { hostSection } from './host-section.ts';
import { changeWords } from './plan-report.ts';
import { attemptRecord, type FlatRecord, hostRecord } from './records.ts';

const ORDER = 'Those that work, best first; then the others by page and levels.';
const WHY = '`tcesim window plan` tells why a window is refused.';

/** The report. */
export function adviceReport(advice: Advice): Report {
  const { question, candidates } = advice;
  const sections: Section[] = [
    hostSection(question.circumstances),
    {
      title: `Advice for a window of ${formatSize(question.windowBytes)}`,
      tables: [],
      remarks: [headline(advice), ...reasons(advice)],
    },
    listed('Beware', cautions(advice)),
    listed('What would allow a better one', advice.improvements.map(improvementWords)),
    { title: 'All candidates', tables: [candidateTable(candidates)], remarks: [ORDER, WHY] },
  ];
  return {
    title: 'tcesim window advise',
    sections: sections.filter(({ tables, remarks }) => tables.length + remarks.length > 0),
  };
}

/** The advice as JSON. */
export function adviceRecord(advice: Advice) {
  const { question, candidates, best, improvements } = advice;
  const { purpose, windowBytes } = question;
  return {
    version: VERSION,
    host: hostRecord(question.circumstances),
    windowBytes: Number(windowBytes),
    deviceMaskBits: purpose.deviceMaskBits,
    mappedBytes: Number(purpose.mappedBytes),
    best: best === undefined ? null : candidateRecord(best),
    reasons: reasons(advice),
    cautions: cautions(advice),
    improvements: improvements.map((improvement) => ({
      change: improvement.change,
      sentence: improvementWords(improvement),
      windowBytes: Number(improvement.windowBytes),
      best: candidateRecord(improvement.best),
    })),
    candidates: candidates.map(candidateRecord),
  };
}

/** One candidate. */
export function candidateRecord({
  attempt,
  problem,
  filledBytes,
  lockedBytes,
}: Candidate): FlatRecord {
  const record = attemptRecord(attempt);
  return {
    ...record,
    chargedBytes: attempt.refusal === undefined ? record.chargedBytes : null,
    lockedBytes: Number(lockedBytes),
    works: problem === undefined,
    problem: problem === undefined ? null : `${problem.what}: ${problem.why}`,
    readsPerMiss: attempt.levels,
    filledBytes: Number(filledBytes),
  };
}

function headline({ best }: Advice): string {
  return best === undefined ? 'No window.' : `Take ${windowWords(best)}.`;
}

function listed(title: string, remarks: readonly string[]): Section {
  return { title, tables: [], remarks };
}

function candidateTable(candidates: readonly Candidate[]): Table {
  const rows = candidates.map(({ attempt, problem }) => [
    formatSize(2 ** attempt.pageShift),
    String(attempt.levels),
    attempt.shape === undefined ? '-' : String(attempt.shape.geometry.order),
    attempt.refusal === undefined ? changeWords(attempt.chargedBytes) : '',
    problem === undefined ? 'works' : problem.what,
  ]);
  return { head: ['page', 'levels', 'order', 'charged', 'answer'], rows, left: [4] };
}
