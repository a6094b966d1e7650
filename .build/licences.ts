/** The licences of what the build put into its own files. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'rolldown';

const PACKAGE = /node_modules\/((?:@[^/]+\/)?[^/]+)\//;
const TEXT = /^(licen[cs]e|notice|copying)/i;
/** Where a README begins to be one. */
const SECTION = /^#* *licen[cs]e/im;

/** Puts `licences.txt` into a bundle's folder: of each package that code of the bundle comes from. */
export const licences: Plugin = {
  name: 'licences',
  generateBundle(_, bundle) {
    const modules = Object.values(bundle).flatMap((file) =>
      file.type === 'chunk' ? file.moduleIds : [],
    );
    const names = new Set(modules.flatMap((id) => PACKAGE.exec(id)?.[1] ?? []));
    const source = [...names].sort().map(licenceOf).join('\n');
    this.emitFile({ type: 'asset', fileName: 'licences.txt', source });
  },
};

/** The texts of a package, under its name. Throws where it has none. */
function licenceOf(name: string): string {
  const folder = join('node_modules', name);
  const read = (file: string) => readFileSync(join(folder, file), 'utf8').trim();
  const { version } = JSON.parse(read('package.json'));
  const texts = readdirSync(folder)
    .filter((file) => TEXT.test(file))
    .map(read);
  if (texts.length === 0) {
    const readme = read('README.md');
    if (!SECTION.test(readme)) throw new Error(`${name}: expected a licence, found none`);
    texts.push(readme.slice(readme.search(SECTION)));
  }
  return `${[`=== ${name} ${version}`, ...texts].join('\n\n')}\n`;
}
