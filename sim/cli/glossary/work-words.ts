/** Words of runs, of studies and of their comparison. */
import type { Chapter } from './word.ts';

/** Runs and studies. */
export const WORK_WORDS: Chapter = {
  title: 'Runs and studies',
  words: [
    {
      word: 'trace',
      rule: '-',
      source: 'traces/README.md',
      meaning:
        'DMAs and what software does to the tables, row by row, with times or with an order only.',
    },
    {
      word: 'pacing, pace, interval',
      rule: 'T5',
      source: 'docs/timing.md',
      meaning:
        'When requests arrive: at the times of the trace, at an interval, or in a closed loop.',
    },
    {
      word: 'closed loop, closed, outstanding',
      rule: 'T5',
      source: 'docs/timing.md',
      meaning:
        'So many requests are outstanding (under way) at a time, and when one is done the next one goes. So the traffic adapts to the machine, as that of a busy device does.',
    },
    {
      word: 'mapped, touched',
      rule: '-',
      source: 'docs/runs.md',
      meaning:
        'Which pages have a TCE: with --map touched those that the trace uses, from the start; with all every page; else what the trace maps by itself.',
    },
    {
      word: 'scenario',
      rule: '-',
      source: 'docs/runs.md',
      meaning: 'All that a run is made of, in a file: PHB, trace, windows, host, parameters.',
    },
    {
      word: 'documented, inferred, assumed, origin',
      rule: '-',
      source: 'docs/concepts.md',
      meaning:
        'Where a number of the hardware comes from. Documented: a source says it. Inferred: it follows from one. Assumed: nobody has published it.',
    },
    {
      word: 'chosen, set by you',
      rule: '-',
      source: 'docs/concepts.md',
      meaning: 'A parameter that you set, and what it was before.',
    },
    {
      word: 'slice',
      rule: '-',
      source: 'docs/speed.md',
      meaning:
        'A piece of a trace that a thread replays by itself, from a guess at the state in which it begins; a wrong guess is found and the piece replayed again.',
    },
    {
      word: 'study, sweep',
      rule: '-',
      source: 'docs/studies.md',
      meaning: 'The same traffic on many machines: every combination of the values of a plan.',
    },
    {
      word: 'plan',
      rule: '-',
      source: 'docs/studies.md',
      meaning:
        'What a study varies, as a file. Of window plan: what the kernel answers to one window with each number of levels.',
    },
    {
      word: 'point',
      rule: '-',
      source: 'docs/studies.md',
      meaning: 'One combination of a study: a machine with its figures.',
    },
    {
      word: 'axis',
      rule: '-',
      source: 'docs/studies.md',
      meaning: 'A name that a study varies, with its values.',
    },
    {
      word: 'shard',
      rule: '-',
      source: 'docs/clusters.md',
      meaning: 'One of the parts of a study that machines do by themselves; merge makes them one.',
    },
    {
      word: 'verdict, best',
      rule: '-',
      source: 'docs/studies.md',
      meaning:
        'The best level count for a window: the fewest levels whose mean latency is within 1 % of the shortest, among those that were created and refused no request.',
    },
    {
      word: 'threshold, judged, broken',
      rule: '-',
      source: 'docs/compare.md',
      meaning:
        'What may not get worse between two results, as p99 <= +5%. Judged: at how many points it could be asked. Broken: at how many it does not hold.',
    },
    {
      word: 'metric',
      rule: '-',
      source: 'docs/compare.md',
      meaning: 'A figure that two results are compared by.',
    },
    {
      word: 'digest',
      rule: '-',
      source: 'docs/compare.md',
      meaning: 'A short fingerprint of a file or a question: equal where the bytes are.',
    },
    {
      word: 'mean, mean ns',
      rule: '-',
      source: 'docs/counters.md',
      meaning: 'The sum of all latencies divided by their number, in ns.',
    },
    {
      word: 'Gb/s',
      rule: 'T7',
      source: 'docs/counters.md',
      meaning:
        '10^9 bits a second. In a study that of the payload, over the time that was simulated.',
    },
  ],
};
