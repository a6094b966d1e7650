/** One damaged byte in a header: the reader answers, one line or the rows, and never hangs. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { InputError } from '../../models/input-error.ts';
import { generate } from '../../traces/generate/generate.ts';
import { openTrace } from '../../traces/open.ts';
import { writeTrace } from '../../traces/write.ts';

const folder = mkdtempSync(join(tmpdir(), 'tcesim-damaged-'));

/** Reads a trace to its end; the message when it is refused. */
async function read(path: string): Promise<string> {
  try {
    const trace = await openTrace(path);
    let rows = 0;
    for await (const batch of trace.batches()) rows += batch.rows;
    return `${rows} rows`;
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}

it('every byte of the schema and the first batch header may be any of five others', {
  timeout: 120_000,
}, async () => {
  const whole = join(folder, 'whole.arrow');
  await writeTrace(generate('uniform', { requests: '50' }), whole);
  const bytes = readFileSync(whole);
  const path = join(folder, 'damaged.arrow');
  let refused = 0;
  for (let at = 8; at < 2400; at += 3) {
    const damaged = Uint8Array.from(bytes);
    damaged[at] = [0, 1, 99, 112, 255][at % 5];
    writeFileSync(path, damaged);
    const answer = await read(path);
    expect(answer).toMatch(/^(\d+ rows|[^\n]*damaged\.arrow[^\n]*)$/);
    if (!answer.endsWith(' rows')) refused += 1;
  }
  expect(refused).toBeGreaterThan(100);
});

it.each([
  [1327, 112],
  [830, 185],
  [1815, 99],
  [787, 64],
])('byte %i as %i', async (at, value) => {
  const path = join(folder, 'named.arrow');
  await writeTrace(generate('uniform', { requests: '50' }), path);
  const bytes = readFileSync(path);
  bytes[at] = value;
  writeFileSync(path, bytes);
  expect(await read(path)).toMatch(/rows|named\.arrow/);
});
