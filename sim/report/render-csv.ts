/** A result as two columns, dotted key and value: every figure of the JSON, for spreadsheets. */
import type { Result } from '../results/result-schema.ts';
import { csvLine } from './csv.ts';

/** `key,value` lines with a header. */
export function renderCsv(result: Result): string {
  const lines = [csvLine(['key', 'value'])];
  const visit = (value: unknown, key: string): void => {
    if (typeof value === 'object' && value !== null) {
      for (const [name, child] of Object.entries(value))
        visit(child, key ? `${key}.${name}` : name);
    } else lines.push(csvLine([key, String(value)]));
  };
  visit(result, '');
  return `${lines.join('\n')}\n`;
}
