/** The files that the simulator in a browser is made of, by their addresses, and the headers that they want. */
import { readFileSync } from 'node:fs';
import { packageFile } from '../package-file.ts';
import { VERSION } from '../version.ts';
import { ISOLATION_HEADERS } from './isolation-headers.ts';

/** A file of the site. */
export interface SiteFile {
  /** From the site's root, as `explore/engine.js`. */
  readonly address: string;
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** Stands in the page, and in no other. */
const MARK = '<meta name="tcesim-version"';

/** Whether a page is that of the site, of any version. */
export function isPageOfSite(html: string): boolean {
  return html.includes(MARK);
}

/** Nothing from elsewhere, and nothing that is written into the page. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** What each file is sent with. */
export const SITE_HEADERS: Readonly<Record<string, string>> = {
  ...ISOLATION_HEADERS,
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Content-Security-Policy': POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
};

const CODE = 'text/javascript; charset=utf-8';
const STYLE = 'text/css; charset=utf-8';

/** Where each file stands in the package. The engine finds its unit from its own address, as in the package. */
const FILES = [
  { address: 'explore/explore.js', type: CODE, from: 'dist/sim/explore/explore.js' },
  { address: 'explore/explore.css', type: STYLE, from: 'dist/sim/explore/explore.css' },
  { address: 'explore/engine.js', type: CODE, from: 'dist/sim/explore/engine.js' },
  { address: 'isolate.js', type: CODE, from: 'dist/sim/explore/isolate.js' },
  { address: 'unit/tce-unit.js', type: CODE, from: 'dist/sim/unit/tce-unit.js' },
  { address: 'page/page.css', type: STYLE, from: 'dist/sim/page/page.css' },
  {
    address: 'p9-nvme-e1000e.arrow',
    type: 'application/vnd.apache.arrow.file',
    from: 'traces/samples/p9-nvme-e1000e.arrow',
  },
];

/** All files of the site, the page first. */
export function siteFiles(): SiteFile[] {
  const page = {
    address: 'index.html',
    type: 'text/html; charset=utf-8',
    bytes: new TextEncoder().encode(INDEX),
  };
  const others = FILES.map(({ address, type, from }) => ({
    address,
    type,
    bytes: readFileSync(packageFile(from)),
  }));
  return [page, ...others];
}

/** Stands there until the page draws itself: to be read where it cannot. */
const LACK = `This page simulates with JavaScript, in shared memory. Browsers give that to pages that come over https, or from
this machine, with the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy:
require-corp, not to files that are opened as they are. <code>tcesim explore</code> serves it so.`;

const INDEX = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${MARK} content="${VERSION}">
<title>tcesim explore</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="page/page.css">
<link rel="stylesheet" href="explore/explore.css">
<script type="module" src="explore/explore.js"></script>
</head>
<body>
<p>${LACK}</p>
</body>
</html>
`;
