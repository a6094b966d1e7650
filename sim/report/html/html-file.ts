/**
 * A page as one file: the page's code and style, which the build made, and its data. It asks nobody for anything,
 * and says so: its policy allows this code and this style by their digests, and nothing else.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { packageFile } from '../../package-file.ts';
import type { PageData } from './page-data.ts';

/** Code and style of all pages. */
export interface PageAssets {
  readonly code: string;
  readonly style: string;
}

/** What the build made of sim/page. */
export function pageAssets(): PageAssets {
  const text = (name: string) => readFileSync(packageFile(`dist/sim/page/${name}`), 'utf8');
  return { code: text('page.js'), style: text('page.css') };
}

/** The whole file. */
export function htmlFile(data: PageData, { code, style }: PageAssets): string {
  const policy = [
    "default-src 'none'",
    `script-src '${digestOf(code)}'`,
    `style-src '${digestOf(style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="tcesim ${escaped(data.version)}">
<title>${escaped(data.title)}</title>
<style>${style}</style>
</head>
<body>
<noscript>This report draws itself with JavaScript, which is part of this file.</noscript>
<script type="application/json" id="data">${embedded(data)}</script>
<script>${code}</script>
</body>
</html>
`;
}

/** JSON that stays within its element, whatever names it holds: no tag or comment can begin in it. */
export function embedded(data: unknown): string {
  return JSON.stringify(data).replaceAll('<', '\\u003c');
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

function digestOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
