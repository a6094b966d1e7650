/** Traces of the generators in files, each written once for all cases that replay it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { generate } from '../traces/generate/generate.ts';
import { writeTrace } from '../traces/write.ts';

/** The traffic of a generator, with parameters as a user writes them. */
export interface GeneratedTraffic {
  readonly generator: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** The file of such traffic in `folder`; writes it if it is not there. */
export async function traceFile(
  { generator, parameters }: GeneratedTraffic,
  requests: number,
  folder: string,
): Promise<string> {
  const values = Object.entries(parameters).map(([key, value]) => `${key}-${value}`);
  const path = join(folder, `${[generator, requests, ...values].join('_')}.arrow`);
  if (!existsSync(path)) {
    await writeTrace(generate(generator, { ...parameters, requests: `${requests}` }), path);
  }
  return path;
}
