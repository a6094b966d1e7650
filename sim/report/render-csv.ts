/** A result as two columns, dotted key and value: every figure of the JSON, for spreadsheets. */
import type { Result } from '../results/result-schema.ts';

/** `key,value` lines with a header. */
export function renderCsv(result: Result): string {
  const lines = ['key,value'];
  const visit = (value: unknown, key: string): void => {
    if (typeof value === 'object' && value !== null) {
      for (const [name, child] of Object.entries(value))
        visit(child, key ? `${key}.${name}` : name);
    } else lines.push(`${quote(key)},${quote(String(value))}`);
  };
  visit(result, '');
  return `${lines.join('\n')}\n`;
}

/** A field as RFC 4180 wants it. */
function quote(field: string): string {
  return /[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
