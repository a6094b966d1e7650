/** Outcomes of requests, as few as a figure can tell apart. */
import { OUTCOMES, type OutcomeName } from '../../unit/books/outcome.ts';
import type { OutcomeKind } from './page-data.ts';

/** In the order in which figures stack them. */
export const OUTCOME_KINDS: readonly OutcomeKind[] = [
  'hit',
  'merged',
  'miss',
  'passed',
  'fault',
  'dropped',
];

const KIND_OF: Readonly<Record<OutcomeName, OutcomeKind>> = {
  hit: 'hit',
  'line-hit': 'hit',
  miss: 'miss',
  merged: 'merged',
  bypassed: 'passed',
  msi: 'passed',
  'page-fault': 'fault',
  'access-fault': 'fault',
  'tve-invalid': 'fault',
  'tvt-address': 'fault',
  'unsupported-address': 'fault',
  'bad-rte': 'fault',
  frozen: 'dropped',
  fenced: 'dropped',
};

/** Index of an outcome's kind, by the outcome's code. */
export const KIND_BY_CODE: readonly number[] = OUTCOMES.map((name) =>
  OUTCOME_KINDS.indexOf(KIND_OF[name]),
);

export const HIT_KIND = OUTCOME_KINDS.indexOf('hit');
export const FAULT_KIND = OUTCOME_KINDS.indexOf('fault');
