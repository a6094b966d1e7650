/**
 * A stand-in for Slurm, for tests of what we say to it and do with its answers: `sbatch` runs the tasks at once,
 * one after the other; `squeue` says what the test put down for it, each answer once, and then nothing.
 */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const POLL_MS = 10;

/** Tasks named in the file `lost` are lost without a word. */
const SBATCH = `#!/bin/bash
echo "$*" >>"$STAND_IN/calls"
for word; do case $word in --array=*) tasks=\${word#--array=} ;; esac; done
for range in \${tasks//,/ }; do
  for task in $(seq "\${range%-*}" "\${range#*-}"); do
    grep -qsx "$task" "$STAND_IN/lost" && continue
    SLURM_ARRAY_TASK_ID=$task bash job.sh >>"log/shard-$task.log" 2>&1
  done
done
wc -l <"$STAND_IN/calls"
`;

const SQUEUE = `#!/bin/bash
answer=$(ls "$STAND_IN/queue" | sort -n | head -n 1)
[ -z "$answer" ] && exit 0
mv "$STAND_IN/queue/$answer" "$STAND_IN/answer"
[ "$(cat "$STAND_IN/answer")" = away ] && { echo 'Unable to contact slurm controller' >&2; exit 1; }
cat "$STAND_IN/answer"
`;

/** The stand-in in a folder of its own. */
export class StandIn {
  constructor(private readonly folder: string) {
    for (const name of ['bin', 'queue']) mkdirSync(join(folder, name), { recursive: true });
    for (const [name, text] of Object.entries({ sbatch: SBATCH, squeue: SQUEUE })) {
      const path = join(folder, 'bin', name);
      writeFileSync(path, text);
      chmodSync(path, 0o755);
    }
  }

  /** Commands that are started from now on find it. */
  stepsIn(): void {
    const { PATH } = process.env;
    Object.assign(process.env, {
      PATH: `${join(this.folder, 'bin')}:${PATH}`,
      STAND_IN: this.folder,
    });
  }

  /** What squeue will answer, one call after the other; `away`: no controller. */
  answers(texts: readonly string[]): void {
    texts.forEach((text, at) => {
      writeFileSync(join(this.folder, 'queue', `${at}`), text);
    });
  }

  /** How many of these were not asked for. */
  get answersLeft(): number {
    return readdirSync(join(this.folder, 'queue')).length;
  }

  forgetsAnswers(): void {
    for (const name of readdirSync(join(this.folder, 'queue'))) {
      rmSync(join(this.folder, 'queue', name), { force: true });
    }
  }

  /** Somebody has looked at the queue. */
  async isAsked(): Promise<void> {
    while (!existsSync(join(this.folder, 'answer'))) await wait(POLL_MS);
  }

  /** From now on these tasks are lost. */
  loses(shards: readonly number[]): void {
    writeFileSync(join(this.folder, 'lost'), shards.map((shard) => `${shard}\n`).join(''));
  }

  /** The words of each call of sbatch. */
  get calls(): string[] {
    return readFileSync(join(this.folder, 'calls'), 'utf8').trimEnd().split('\n');
  }
}
