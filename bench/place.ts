/** Where things lie that the cases read: beside the sources, or beside the build that this file is part of. */
const isSource = import.meta.url.endsWith('.ts');

/** A file of the build, by its path in dist: sources (tests) take the build beside them. */
export function builtFile(path: string): URL {
  return new URL(isSource ? `../dist/${path}` : `../${path}`, import.meta.url);
}

/** A shipped sample trace. */
export function sampleFile(name: string): URL {
  return new URL(`${isSource ? '../' : '../../'}traces/samples/${name}`, import.meta.url);
}
