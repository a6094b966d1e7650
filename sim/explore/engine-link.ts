/** The engine as the page sees it: the newest question is answered, older ones are dropped. */
import type { ScenarioWords } from '../scenario/scenario-words.ts';
import type { Answer, ToEngine } from './question.ts';
import type { TraceFile, TracesAtHand } from './traces-at-hand.ts';

/** A slider that moves asks for many scenarios; the engine begins when it has rested for so long. */
const REST_MS = 60;

export class EngineLink {
  private readonly newest = new Int32Array(new SharedArrayBuffer(4));
  private asked: ScenarioWords = {};
  private resting: ReturnType<typeof setTimeout> | undefined;
  /** Undefined: none yet, or none any more. */
  private worker: Worker | undefined;
  /** The trace that the worker holds. */
  private held: TraceFile | undefined;

  /** `version` is that of tcesim; `told` gets what becomes of the newest question, and the question. */
  constructor(
    private readonly version: string,
    private readonly traces: TracesAtHand,
    private readonly told: (answer: Answer, asked: ScenarioWords) => void,
  ) {}

  /** Asks what becomes of a scenario; what was asked before is no longer answered. */
  ask(words: ScenarioWords): void {
    const number = this.leave();
    this.asked = words;
    this.resting = setTimeout(() => this.put(number, words), REST_MS);
  }

  /** Nobody waits for an answer any more. Answers the number of the next question. */
  leave(): number {
    clearTimeout(this.resting);
    return Atomics.add(this.newest, 0, 1) + 1;
  }

  /** Puts a question, unless another is asked while its trace is read. */
  private async put(number: number, words: ScenarioWords): Promise<void> {
    const trace = this.traces.find(words.trace);
    try {
      const isHeld = trace === undefined || trace === this.held;
      const bytes = isHeld ? undefined : new Uint8Array(await trace.arrayBuffer());
      if (number !== this.newest[0]) return;
      this.worker ??= this.start();
      if (bytes !== undefined) {
        this.post({ kind: 'trace', name: words.trace ?? '', bytes }, [bytes.buffer]);
        this.held = trace;
      }
      this.post({ kind: 'question', number, words });
    } catch (error) {
      const reason = `${words.trace}: ${error instanceof Error ? error.message : error}`;
      this.tell({ number, kind: 'refused', reason });
    }
  }

  private start(): Worker {
    const worker = new Worker(new URL('engine.js', import.meta.url), { type: 'module' });
    worker.addEventListener('message', ({ data }: MessageEvent<Answer>) => this.tell(data));
    worker.addEventListener('error', ({ message }) => this.lose(message));
    const start = { kind: 'start', version: this.version, newest: this.newest.buffer } as const;
    worker.postMessage(start satisfies ToEngine);
    return worker;
  }

  /** The engine is gone, or never came; the next question starts another. A script that is not there has no message. */
  private lose(message: string | undefined): void {
    this.worker?.terminate();
    this.worker = undefined;
    this.held = undefined;
    const reason = `the engine: ${message ?? 'it could not be loaded; is the server still there?'}`;
    this.tell({ number: this.newest[0], kind: 'refused', reason });
  }

  private post(message: ToEngine, moved: Transferable[] = []): void {
    this.worker?.postMessage(message, moved);
  }

  private tell(answer: Answer): void {
    if (answer.number === this.newest[0]) this.told(answer, this.asked);
  }
}
