/** Comma-separated values (RFC 4180). */

/** What a field may hold; null is an empty field. */
export type CsvField = string | number | boolean | null;

/** Records of the same fields as a line each, under their names; nothing for no records. */
export function renderCsvRows(records: readonly Readonly<Record<string, CsvField>>[]): string {
  if (records.length === 0) return '';
  const names = Object.keys(records[0]);
  const lines = records.map((record) => csvLine(names.map((name) => record[name])));
  return `${[csvLine(names), ...lines].join('\n')}\n`;
}

/** One line, without its end. */
export function csvLine(fields: readonly CsvField[]): string {
  return fields.map(quote).join(',');
}

function quote(field: CsvField): string {
  const text = field === null ? '' : String(field);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
