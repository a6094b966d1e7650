/** Records of the same fields as comma-separated values (RFC 4180): a line each, under their names. */

/** What a field may hold; null is an empty field. */
export type CsvField = string | number | boolean | null;

/** Lines with a header; nothing for no records. */
export function renderCsvRows(records: readonly Readonly<Record<string, CsvField>>[]): string {
  if (records.length === 0) return '';
  const names = Object.keys(records[0]);
  const lines = records.map((record) => names.map((name) => quote(record[name])));
  return `${[names, ...lines].map((fields) => fields.join(',')).join('\n')}\n`;
}

function quote(field: CsvField): string {
  const text = field === null ? '' : String(field);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
