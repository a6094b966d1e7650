/** Words and colours that several figures share. */
import type { OutcomeKind } from '../report/html/page-data.ts';
import { formatCount, formatTime } from '../report/numbers.ts';
import { html } from './dom.ts';

/** Kinds of outcomes as figures name them. */
export const KIND_WORDS: Readonly<Record<OutcomeKind, string>> = {
  hit: 'hit',
  merged: 'merged miss',
  miss: 'miss',
  passed: 'not translated',
  fault: 'fault',
  dropped: 'dropped',
};

/** A share in per cent. */
export function percent(share: number, digits = 1): string {
  return `${(100 * share).toFixed(digits)} %`;
}

/** A time on an axis, without a decimal that says nothing. */
export function shortTime(ns: number): string {
  return formatTime(Number(ns.toPrecision(6))).replace(/\.0 /, ' ');
}

const UNITS = ['ns', 'us', 'ms', 's'];

/** Times of one axis: all in the unit of the longest, with decimals enough to tell neighbours apart. */
export function timesApart(longestNs: number, stepNs: number): (ns: number) => string {
  const unit = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log10(longestNs) / 3)));
  const step = stepNs / 1000 ** unit;
  const least = Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
  const isEnough = Math.abs(step * 10 ** least - Math.round(step * 10 ** least)) < 1e-6;
  const decimals = isEnough ? least : least + 1;
  return (ns) => `${(ns / 1000 ** unit).toFixed(decimals)} ${UNITS[unit]}`;
}

/** A number as short as it is exact enough. */
export function shortNumber(value: number): string {
  if (Number.isInteger(value)) return formatCount(value);
  return value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(2) : value.toPrecision(3);
}

/** Colours and what they stand for. */
export function legend(entries: readonly (readonly [paint: string, words: string])[]) {
  const items = entries.map(([paint, words]) =>
    html('li', {}, html('span', { class: `swatch ${paint}` }), words),
  );
  return html('ul', { class: 'legend' }, ...items);
}
