/**
 * The simulator in a worker of a browser: scenarios come in, pages and results go out. It replays in its own thread,
 * as a program does that asks for requests one by one, with the same unit and to the same bytes.
 */
import { shareUnitModule } from '../../replay/fresh-unit.ts';
import { isForUser } from '../../replay/lane-error.ts';
import type { RowWatch } from '../../replay/terms.ts';
import type { ScenarioWords } from '../../scenario/scenario-words.ts';
import type { Answer, ToEngine } from '../question.ts';
import { BrowserRun } from './browser-run.ts';
import { HeldTrace } from './held-trace.ts';

/** How often the page learns how far a replay is. */
const TOLD_MS = 100;

type Told<Message = Answer> = Message extends Answer ? Omit<Message, 'number'> : never;

const held = new HeldTrace();
let version = '';
let newest: Int32Array = new Int32Array(1);
/** The end of all that was asked so far: one question is answered at a time. */
let last = Promise.resolve();

// One scenario comes after the other, most of them short: compiling the unit anew for each would take longer.
shareUnitModule();

addEventListener('message', ({ data: message }: MessageEvent<ToEngine>) => {
  switch (message.kind) {
    case 'start':
      version = message.version;
      newest = new Int32Array(message.newest);
      break;
    case 'trace':
      held.hold(message.name, message.bytes);
      break;
    case 'question':
      last = last.then(() => answer(message.number, message.words));
      break;
  }
});

async function answer(number: number, words: ScenarioWords): Promise<void> {
  const tell = (what: Told) => postMessage({ ...what, number });
  const isStale = () => Atomics.load(newest, 0) !== number;
  if (isStale()) return;
  try {
    const run = new BrowserRun(words, held, version);
    const replayed = await run.perform(watchOf(isStale, (rows) => tell({ kind: 'rows', rows })));
    if (replayed !== undefined) tell({ kind: 'replayed', ...replayed });
  } catch (error) {
    tell({ kind: 'refused', reason: reasonOf(error) });
  }
}

/** Stops a replay that nobody waits for any more, and tells how far one is. */
function watchOf(isStopped: () => boolean, tell: (rows: number) => void): RowWatch {
  let rows = 0;
  let toldAt = performance.now();
  return {
    isStopped,
    onRows: (more) => {
      rows += more;
      if (performance.now() - toldAt < TOLD_MS) return;
      toldAt = performance.now();
      tell(rows);
    },
  };
}

/** What a browser refuses, memory above all, is told as it says it. */
function reasonOf(error: unknown): string {
  return isForUser(error) ? error.message : `this browser: ${error}`;
}
