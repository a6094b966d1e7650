/** The version of tcesim, from its package.json. */
import { readFileSync } from 'node:fs';

const root = import.meta.url.endsWith('.ts') ? '../' : '../../';
const manifest = new URL(`${root}package.json`, import.meta.url);

export const VERSION: string = JSON.parse(readFileSync(manifest, 'utf8')).version;
