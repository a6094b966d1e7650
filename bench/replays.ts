/** A case that replays whole traces: what it answered is what the last run counted. */
import { answerDigest } from './answer-digest.ts';
import type { PreparedCase } from './bench-case.ts';
import type { ReplayAnswer } from './whole-replay.ts';

export class Replays implements PreparedCase {
  private answers: readonly ReplayAnswer[] = [];

  /** `replayAll` does one run. */
  constructor(private readonly replayAll: () => Promise<readonly ReplayAnswer[]>) {}

  get amount(): number {
    return this.answers.reduce((sum, { dmas }) => sum + dmas, 0);
  }

  async run(): Promise<void> {
    this.answers = await this.replayAll();
  }

  digest(): string {
    return answerDigest(this.answers.map((answer) => answer.digest()));
  }
}
