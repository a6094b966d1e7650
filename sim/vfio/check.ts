/** Compares what a script says that a kernel answered with what our calls answer, and counts. */
import type { Key } from './calls.ts';
import type { Outcome } from './outcome.ts';
import { type Call, NOTHING_TO_LOOK_AT } from './script.ts';
import type { Value } from './values.ts';

/** Something that is not as it was recorded. */
export interface Difference {
  /** File and line, and the call or TVE. */
  readonly where: string;
  readonly wanted: string;
  readonly got: string;
}

export class ResultCheck {
  /** Results that were compared. */
  compared = 0;
  differing = 0;
  /** Writes of a device where the program looked at nothing. */
  unseen = 0;

  /** Compares every recorded result of a call. */
  take(call: Call, { results }: Outcome): Difference[] {
    const differences: Difference[] = [];
    for (const key of call.shape.results) {
      const wanted = call.recorded.get(key.name);
      if (wanted === undefined) continue;
      if (key.name === 'ram_changed' && wanted === NOTHING_TO_LOOK_AT) {
        this.unseen += 1;
        continue;
      }
      this.compared += 1;
      const got = results.get(key.name);
      if (wanted === got) continue;
      const [wantedText, gotText] = [wanted, got].map((value) => describe(key, value));
      differences.push({ where: `${call.where}: ${call.name}`, wanted: wantedText, got: gotText });
    }
    this.differing += differences.length;
    return differences;
  }
}

function describe({ name, kind }: Key, value: Value | undefined): string {
  return value === undefined ? `no ${name}` : `${name}=${kind.print(value)}`;
}
