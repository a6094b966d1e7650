/** The engine as the page sees it: the newest question is answered, older ones are dropped. */
import type { ScenarioWords } from '../scenario/scenario-words.ts';
import type { Answer, ToEngine } from './question.ts';

/** A slider that moves asks for many scenarios; the engine begins when it has rested for so long. */
const REST_MS = 60;

export class EngineLink {
  private readonly worker = new Worker(new URL('engine.js', import.meta.url), { type: 'module' });
  private readonly newest = new Int32Array(new SharedArrayBuffer(4));
  private resting: ReturnType<typeof setTimeout> | undefined;

  /** `version` is that of tcesim; `told` gets what becomes of the newest question. */
  constructor(version: string, told: (answer: Answer) => void) {
    this.worker.addEventListener('message', ({ data: answer }: MessageEvent<Answer>) => {
      if (answer.number === this.newest[0]) told(answer);
    });
    this.worker.addEventListener('error', ({ message }) => {
      told({ number: this.newest[0], kind: 'refused', reason: `the engine: ${message}` });
    });
    this.post({ kind: 'start', version, newest: this.newest.buffer });
  }

  /** Hands over a trace, which scenarios call by that name from now on. */
  give(name: string, bytes: Uint8Array<ArrayBuffer>): void {
    this.post({ kind: 'trace', name, bytes });
  }

  /** Asks what becomes of a scenario; what was asked before is no longer answered. */
  ask(words: ScenarioWords): void {
    const number = Atomics.add(this.newest, 0, 1) + 1;
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.post({ kind: 'question', number, words }), REST_MS);
  }

  private post(message: ToEngine): void {
    this.worker.postMessage(message);
  }
}
