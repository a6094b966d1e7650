/** Reports on paper and on terminals. */
import { describe, expect, test } from 'vitest';
import { paperOf } from '../../sim/cli/terminal.ts';
import type { Report } from '../../sim/report/document.ts';
import { PLAIN_PAPER, renderText } from '../../sim/report/render-text.ts';

const BARS = { head: 'reach', full: 100, rows: [[50, 75, 100], [1], [0.01], []] };
const REPORT: Report = {
  title: 'Title',
  sections: [
    {
      title: 'Section',
      tables: [
        {
          head: ['a', 'b'],
          rows: [
            ['x', '1 ✓'],
            ['y', '2 ✗ known'],
            ['z', '3'],
            ['w', '4'],
          ],
          left: [1],
          bars: BARS,
        },
      ],
      remarks: ['word '.repeat(30).trim()],
    },
  ],
};
const TERMINAL = { columns: 100, hasColours: true, hasBars: true };

describe('a terminal', () => {
  test('has bars that reach as far as figures do, each in its shade', () => {
    const lines = renderText(REPORT, { ...TERMINAL, hasColours: false }).split('\n');
    expect(lines[3]).toBe('  a  b          reach');
    expect(lines[4]).toBe(`  x  1 ✓        ${'█'.repeat(30)}${'▓'.repeat(15)}${'▒'.repeat(15)}`);
    expect(lines[5]).toBe('  y  2 ✗ known  █');
    expect(lines[6]).toBe('  z  3          ▏');
    expect(lines[7]).toBe('  w  4');
  });

  test('has no bars where they have no room', () => {
    expect(renderText(REPORT, { ...TERMINAL, columns: 27 })).not.toContain('█');
  });

  test('has titles in bold, what holds in green and what does not in red', () => {
    const text = renderText(REPORT, TERMINAL);
    expect(text).toContain('\u001b[1mTitle\u001b[22m\n\n\u001b[1mSection\u001b[22m\n');
    expect(text).toContain('1 \u001b[32m✓\u001b[39m');
    expect(text).toContain('2 \u001b[31m✗ known');
  });

  test('has lines of its own width', () => {
    const longest = (columns: number) =>
      Math.max(
        ...renderText(REPORT, { ...PLAIN_PAPER, columns })
          .split('\n')
          .map((line) => line.length),
      );
    expect(longest(60)).toBeLessThanOrEqual(60);
    expect(longest(120)).toBeGreaterThan(110);
  });
});

describe('standard output', () => {
  test('is plain where it is no terminal, whatever the environment says', () => {
    expect(paperOf({ columns: 200 }, {})).toBe(PLAIN_PAPER);
    for (const mark of ['\u001b', '█']) expect(renderText(REPORT, PLAIN_PAPER)).not.toContain(mark);
  });

  test('has no colours with NO_COLOR or on a dumb terminal; an empty NO_COLOR says nothing', () => {
    const of = (env: object) => paperOf({ isTTY: true, columns: 100 }, env).hasColours;
    expect([of({}), of({ NO_COLOR: '1' }), of({ NO_COLOR: '' }), of({ TERM: 'dumb' })]).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });

  test('has the width of the terminal within limits', () => {
    const of = (columns: number | undefined) =>
      paperOf({ isTTY: true, ...(columns !== undefined && { columns }) }, {}).columns;
    expect([of(20), of(100), of(500), of(0), of(undefined)]).toEqual([60, 100, 120, 80, 80]);
  });
});
