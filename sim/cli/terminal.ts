/** Reports on standard output: a terminal has its width, colours and bars; a pipe the same text for everybody. */
import type { Report } from '../report/document.ts';
import { type Paper, PLAIN_PAPER, renderText } from '../report/render-text.ts';

/** Narrower ones break every table, wider ones make long lines of words. */
const COLUMNS_MIN = 60;
const COLUMNS_MAX = 120;

/** A report as text for standard output. */
export function textForOutput(report: Report): string {
  return renderText(report, paperOf(process.stdout, process.env));
}

/** What a terminal shows; colours as NO_COLOR (no-color.org) and TERM have it. */
export function paperOf(
  { isTTY, columns }: { readonly isTTY?: boolean; readonly columns?: number },
  { NO_COLOR, TERM }: { readonly NO_COLOR?: string; readonly TERM?: string },
): Paper {
  if (isTTY !== true) return PLAIN_PAPER;
  const width = columns === undefined || columns === 0 ? PLAIN_PAPER.columns : columns;
  return {
    columns: Math.min(Math.max(width, COLUMNS_MIN), COLUMNS_MAX),
    hasColours: (NO_COLOR ?? '') === '' && TERM !== 'dumb',
    hasBars: true,
  };
}
