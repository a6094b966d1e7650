/** A study's figures as a reader sees them. */
import { describeBytes } from '../../models/size.ts';
import type { Metric } from '../report/html/page-data.ts';
import { formatNs } from '../report/numbers.ts';
import { percent, shortNumber } from './words.ts';

/** A figure of a metric; a dash where there is none. */
export function figureWords({ unit }: Metric, figure: number | null): string {
  if (figure === null) return '-';
  switch (unit) {
    case 'ns':
      return formatNs(figure);
    case 'bytes':
      return describeBytes(figure);
    case 'share':
      return percent(figure);
    case 'order':
      return String(figure);
    case 'number':
      return shortNumber(figure);
  }
}

/** A metric's name with its unit. */
export function metricWords({ name, unit }: Metric): string {
  return unit === 'ns' ? `${name}, ns` : name;
}
