/** The shipped samples: each page's counts and digest are those of its file, and its replay is as the page shows. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { TraceSource } from '../../traces/format.ts';
import { ImportedTrace } from '../../traces/import/import.ts';
import { openTrace } from '../../traces/open.ts';
import { summarize } from '../../traces/summary.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = `${root}traces/samples/`;
const files = readdirSync(folder).filter((name) => !name.endsWith('.md'));

/** QEMU wraps around beyond a window's end where a PHB faults: DMAs that rightly differ. */
const DIFFERING: Readonly<Record<string, string>> = { 'p9-vfio.jsonl': '3' };
/** A log of mappings: it has no DMA and so no real addresses. */
const WITHOUT_DMA = ['p9-dma-head.ftrace.txt'];
const BYTES_MAX = 6_000_000;

function pageOf(file: string): string {
  return readFileSync(folder + file.replace(/\.[a-z]+$/, '.md'), 'utf8');
}

/** A cell of a page's table; undefined where it has no such row. */
function cell(page: string, name: string): string | undefined {
  return page.match(new RegExp(`^\\| ${name} \\| (.*) \\|$`, 'm'))?.[1];
}

function grouped(count: number): string {
  return count.toLocaleString('en-US');
}

/** Malformed lines, and those that were not taken for one of the reasons that a whole log may have. */
function unexplained(source: TraceSource): string[] {
  if (!(source instanceof ImportedTrace)) return [];
  const isExpected = (reason: string) => reason === 'header' || reason.startsWith('other event');
  return [...source.skipped.counts.keys()].filter((reason) => !isExpected(reason));
}

/** The lines of a page's console block, cut where it says `...`, and the command that it shows. */
function example(page: string): { command: string; pieces: string[] } {
  const [, command, shown] = page.match(/^```console\n\$ tcesim (.*)\n([\s\S]*?)^```$/m) ?? [];
  return { command, pieces: shown.split(/^\.\.\.$/m).filter((piece) => piece.trim() !== '') };
}

describe.each(files)('sample %s', (file) => {
  const page = pageOf(file);

  it('has the lines, bytes, rows and digest that its page states, and no unexplained line', async () => {
    const source = await openTrace(folder + file, { strict: true });
    const { rows, operations, digest, metadata } = await summarize(source);
    const counts = Object.entries(operations).map(([name, count]) => `${name} ${grouped(count)}`);
    expect(cell(page, 'rows')).toBe(`${grouped(rows)}: ${counts.join(', ')}`);
    expect(cell(page, 'digest')).toBe(`\`${digest}\``);
    expect(cell(page, 'source')).toBe(`\`${metadata.source}\``);
    expect(cell(page, 'bytes')).toBe(grouped(statSync(folder + file).size));
    expect(unexplained(source)).toEqual([]);
    if (source instanceof ImportedTrace) expect(cell(page, 'lines')).toBe(grouped(source.lines));
  });

  it.runIf(file.endsWith('.arrow'))('states its command, units, rows and digest in itself', () => {
    const text = readFileSync(folder + file, 'latin1');
    for (const key of ['units', 'command', 'rows', 'digest']) {
      expect(text, key).toContain(`tcesim.${key}`);
    }
  });

  it('replays as its page shows, at the real addresses that were recorded', () => {
    const { command, pieces } = example(page);
    const args = ['dist/sim/cli/main.js', ...command.split(' ')];
    const { stdout, status } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
    expect(status).toBe(0);
    expect(command).toContain(`traces/samples/${file}`);
    let at = 0;
    for (const piece of pieces) {
      const found = stdout.indexOf(piece.trim(), at);
      expect(found, `not printed: ${piece}`).toBeGreaterThanOrEqual(at);
      at = found + piece.trim().length;
    }
    if (WITHOUT_DMA.includes(file)) return;
    const [, agree, differ] = stdout.match(/real addresses: (\S+) agree, (\d+) differ/) ?? [];
    expect(differ).toBe(DIFFERING[file] ?? '0');
    expect(agree).not.toBe('0');
    expect(stdout).not.toContain('not\n  compared');
  });

  it('stands in the table of the samples', () => {
    const table = readFileSync(`${folder}README.md`, 'utf8');
    expect(table).toContain(`[${file}](${file.replace(/\.[a-z]+$/, '.md')})`);
  });
});

it('all samples together take at most 6 MB', () => {
  const sizes = readdirSync(folder).map((name) => statSync(folder + name).size);
  expect(sizes.reduce((sum, size) => sum + size)).toBeLessThanOrEqual(BYTES_MAX);
});
