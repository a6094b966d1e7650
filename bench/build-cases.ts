/**
 * The process of one build in the gate: stays for the whole comparison, and runs cases of its own build when it is
 * asked to. Ends when the gate does.
 */
import type { PreparedCase } from './bench-case.ts';
import type { Answer, BuildOrder, Question } from './build-talk.ts';
import { benchCases } from './cases.ts';
import { cpuMicrosecondsOf } from './cpu-time.ts';

const order: BuildOrder = JSON.parse(process.argv[2]);
const cases = new Map(benchCases(order).map((each) => [each.name, each]));
const prepared = new Map<string, PreparedCase>();

process.on('message', async (question: Question) => {
  try {
    say(await answerTo(question));
  } catch (error) {
    say({ failure: `${question.name}: ${error instanceof Error ? error.message : error}` });
  }
});
process.on('disconnect', () => process.exit());
say({ names: [...cases.keys()] });

async function answerTo({ name, runs, wantsDigest }: Question): Promise<Answer> {
  const ready = prepared.get(name) ?? (await cases.get(name)?.prepare());
  if (ready === undefined) throw new Error('no such case');
  prepared.set(name, ready);
  let cpuMicroseconds = 0;
  for (let run = 0; run < runs; run += 1) cpuMicroseconds += await cpuMicrosecondsOf(ready);
  return { cpuMicroseconds, ...(wantsDigest && { digest: await ready.digest() }) };
}

function say(answer: Answer): void {
  process.send?.(answer);
}
