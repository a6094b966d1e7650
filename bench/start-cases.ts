/** Start-up: the command line in a process of its own, from its start to its end. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { answerDigest } from './answer-digest.ts';
import type { BenchCase, PreparedCase } from './bench-case.ts';
import { builtFile, sampleFile } from './place.ts';

const PROBE_FD = 3;

/** The processor time counts, which the child tells at its end; see cpu-probe.ts. */
export function startCases(): BenchCase[] {
  const sample = fileURLToPath(sampleFile('p9-fio.jsonl'));
  const run = ['run', '--trace', sample, '--threads', '1', '--format', 'json'];
  return [
    { name: 'start: --help', unit: 'starts', prepare: () => new Start(['--help']) },
    { name: 'start: run of a small trace', unit: 'starts', prepare: () => new Start(run) },
  ];
}

class Start implements PreparedCase {
  readonly amount = 1;
  childMicroseconds = 0;
  private output = '';

  constructor(private readonly words: readonly string[]) {}

  async run(): Promise<void> {
    const [main, probe] = ['sim/cli/main.js', 'bench/cpu-probe.js'].map(builtFile);
    const child = spawn(
      process.execPath,
      ['--import', probe.href, fileURLToPath(main), ...this.words],
      { stdio: ['ignore', 'pipe', 'inherit', 'pipe'] },
    );
    const texts = [1, PROBE_FD].map((fd) => textOf(child.stdio[fd] as NodeJS.ReadableStream));
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
    const [output, microseconds] = await Promise.all(texts);
    if (code !== 0) throw new Error(`tcesim ${this.words.join(' ')} ended with code ${code}`);
    this.output = output;
    this.childMicroseconds += Number(microseconds);
  }

  digest(): string {
    return answerDigest([answerIn(this.output)]);
  }
}

/** What tells that a start did its work, and stays when a text or a field is added: a line, or some counts. */
function answerIn(output: string): string {
  if (!output.startsWith('{')) return output.split('\n')[0];
  const { rows, dmas, simulatedNs, latency } = JSON.parse(output);
  return JSON.stringify({ rows, dmas, simulatedNs, latency });
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  stream.setEncoding('utf8');
  for await (const part of stream) text += part;
  return text;
}
