/** The version of tcesim, from its package.json. */
import { createRequire } from 'node:module';

export const VERSION: string = createRequire(import.meta.url)('#manifest').version;
