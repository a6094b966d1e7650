/** A build's process as the gate sees it: build-worker.js of that build, asked over a channel. */
import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { InputError } from '../models/input-error.ts';
import type { Answer, Build, BuildOrder, Question } from './build-talk.ts';

const WORKER = 'bench/build-worker.js';

export class BuildProcess implements Build {
  private constructor(
    private readonly child: ChildProcess,
    readonly names: readonly string[],
  ) {}

  /** Starts the build in directory `dist`; `word` names it in messages. Throws InputError where there is none. */
  static async start(word: string, dist: string, order: BuildOrder): Promise<BuildProcess> {
    const path = resolve(join(dist, WORKER));
    if (!existsSync(path)) {
      throw new InputError(`${word}: expected a build with ${WORKER}, got '${dist}'`);
    }
    const child = fork(path, [JSON.stringify(order)], {
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const first = await nextAnswer(child);
    if (!('names' in first)) throw new Error(`${path} does not tell its cases`);
    return new BuildProcess(child, first.names);
  }

  async ask(question: Question): Promise<{ cpuMicroseconds: number; digest?: string }> {
    const answer = nextAnswer(this.child);
    this.child.send(question);
    const got = await answer;
    if ('cpuMicroseconds' in got) return got;
    throw new Error('failure' in got ? got.failure : `no answer to ${question.name}`);
  }

  /** Ends the process. */
  end(): void {
    if (this.child.connected) this.child.disconnect();
  }
}

/** What a child says next; an Error where it ends instead. */
function nextAnswer(child: ChildProcess): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) =>
      reject(new Error(`the process of ${child.spawnargs[1]} ended with code ${code}`));
    child.once('exit', ended);
    child.once('message', (message) => {
      child.off('exit', ended);
      resolve(message as Answer);
    });
  });
}
