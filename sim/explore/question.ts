/** What the page and its engine, a worker of the browser, tell each other. */
import type { RunPage } from '../report/html/page-data.ts';
import type { Result } from '../results/result-schema.ts';
import type { ScenarioWords } from '../scenario/scenario-words.ts';

/** DMAs that the page replays; the command line has no such bound. */
export const ROWS_MAX = 1_000_000;
/** Bytes of a trace that the page takes: about as many rows. */
export const TRACE_BYTES_MAX = 64 * 2 ** 20;
/** A capture that comes with the page: POWER9 Linux with an NVMe disk and a network card. */
export const CAPTURE = 'p9-nvme-e1000e.arrow';
/** What a scenario of the page is called where results name its file. */
export const SCENARIO_FILE = 'scenario.yaml';

/** A message to the engine. */
export type ToEngine = Start | BroughtTrace | Question;

/** Comes first. */
interface Start {
  readonly kind: 'start';
  /** Of tcesim. */
  readonly version: string;
  /** One cell: the number of the newest question. The engine leaves off where its own is older. */
  readonly newest: SharedArrayBuffer;
}

/** A trace, under the name that scenarios call it by; it takes the place of the one before. */
interface BroughtTrace {
  readonly kind: 'trace';
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A scenario to replay. */
interface Question {
  readonly kind: 'question';
  readonly number: number;
  readonly words: ScenarioWords;
}

/** What became of a question; one that is no longer the newest gets no answer. */
export type Answer = { readonly number: number } & (
  | { readonly kind: 'rows'; readonly rows: number }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'replayed'; readonly page: RunPage; readonly result: Result }
);
