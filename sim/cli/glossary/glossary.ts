/** The words of the reports and of the documents: the content of docs/glossary.md. */
import { TABLE_WORDS } from './table-words.ts';
import { UNIT_WORDS } from './unit-words.ts';
import { WINDOW_WORDS } from './window-words.ts';
import type { Chapter } from './word.ts';
import { WORK_WORDS } from './work-words.ts';

/** Chapter by chapter. Figures and parameters have lists of their own. */
export const GLOSSARY: readonly Chapter[] = [TABLE_WORDS, UNIT_WORDS, WINDOW_WORDS, WORK_WORDS];
