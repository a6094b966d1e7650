/** A page as a file: it holds everything, lets nothing in, and no name in a result can change what it is. */
import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { embedded, htmlFile, pageAssets } from '../../../sim/report/html/html-file.ts';
import type { StudyPage } from '../../../sim/report/html/page-data.ts';

const HOSTILE = `</script><script>alert(1)</script><!--<img src=x onerror="alert(2)">&amp;'\u2028`;
const CODE_BYTES_MAX = 1e6;

const page: StudyPage = {
  kind: 'study',
  title: HOSTILE,
  version: '"><script>alert(3)</script>',
  headline: [{ name: HOSTILE, value: HOSTILE, note: HOSTILE }],
  asked: { title: HOSTILE, tables: [], remarks: [HOSTILE] },
  parameters: [
    { name: HOSTILE, note: HOSTILE, list: [{ key: HOSTILE, value: HOSTILE, source: '' }] },
  ],
  verdict: [],
  failed: { title: HOSTILE, tables: [], remarks: [HOSTILE] },
  axes: [{ name: HOSTILE, values: [HOSTILE] }],
  metrics: [],
  points: [{ at: [0], answer: HOSTILE, reason: HOSTILE, figures: [] }],
};

const digestOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

describe('a page', () => {
  let file: string;
  const { code, style } = pageAssets();

  beforeAll(() => {
    file = htmlFile(page, { code, style });
  });

  test('has less than a megabyte of code, none of which could end its element', () => {
    expect(code.length + style.length).toBeLessThan(CODE_BYTES_MAX);
    expect(code).not.toMatch(/<\/script|<!--/i);
    expect(style).not.toMatch(/<\/style/i);
  });

  test('allows its own code and style by digest, and nothing else', () => {
    const [, policy] = file.match(/Content-Security-Policy" content="([^"]*)"/) ?? [];
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      `script-src ${digestOf(code)}`,
      `style-src ${digestOf(style)}`,
      "base-uri 'none'",
      "form-action 'none'",
    ]);
  });

  test('names no address that a browser would load', () => {
    const addresses = [...`${code}${style}`.matchAll(/https?:\/\/[^\s"'`]*/g)].map(
      ([text]) => text,
    );
    expect(addresses.filter((address) => address !== 'http://www.w3.org/2000/svg')).toEqual([]);
    expect(style).not.toMatch(/url\(|@import/);
  });

  test('has two scripts and one title whatever the names in it are', () => {
    const outside = file.replace(code, '');
    expect(outside.match(/<script/g)).toHaveLength(2);
    expect(outside.match(/<\/script>/g)).toHaveLength(2);
    expect(outside.match(/<\/title>/g)).toHaveLength(1);
    expect(outside).not.toMatch(/<img|<!--/);
  });

  test('gives its data back as they were', () => {
    const [, text] = file.match(/id="data">(.*?)<\/script>/s) ?? [];
    expect(JSON.parse(text)).toEqual(page);
  });
});

test('embedded data have no sign by which a tag could begin', () => {
  expect(embedded({ [HOSTILE]: HOSTILE })).not.toContain('<');
});
