/**
 * What `trace-cmd report` prints: `comm-pid [cpu] seconds.microseconds: event: payload`, the payload in a
 * column of its own; newer ones put flags behind the processor, `-t` prints nanoseconds.
 */
import { GAP, readTraceLine } from './kernel-envelope.ts';
import { kernelLogFormat } from './kernel-log.ts';

/** Without flags, which ftrace itself would have. */
const BARE = /-\d{1,10} +\[\d{1,5}\] +\d{1,10}\.(?:\d{9}|\d{6}): +\w+:/;
const CPUS = /^cpus=\d+$/;

/** Known by the line with its number of processors, or by event lines without flags. */
export const traceCmdFormat = kernelLogFormat({
  name: 'trace-cmd',
  description: 'trace-cmd report with events/iommu, events/dma or kvm_hv',
  envelope: {
    read: readTraceLine,
    around: [
      [/^\s*$/, 'blank line'],
      [/^(?:#|version = |trace-cmd |cpus=|CPU \d+ is empty)/, 'header'],
      [/^CPU:\d+ \[(?:\d+ )?EVENTS DROPPED\]/, GAP],
      [/^ *=> /, 'call stack'],
    ],
  },
  matches: (lines) =>
    lines.some((line) => CPUS.test(line)) ||
    (!/^# tracer: /.test(lines[0] ?? '') && lines.some((line) => BARE.test(line))),
});
