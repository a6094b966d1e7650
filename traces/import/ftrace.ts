/**
 * Linux's own trace text (kernel/trace/trace_output.c): the files `trace` and `trace_pipe` of tracefs.
 * `comm-pid (tgid) [cpu] flags seconds.microseconds: event: payload`; the tgid is there on demand only.
 */
import { GAP, readTraceLine } from './kernel-envelope.ts';
import { kernelLogFormat } from './kernel-log.ts';

/** An event with its flags, which can be switched off. */
const FLAGS = /-\d{1,10} +(?:\( *[\d-]{1,10}\) +)?\[\d{1,5}\] +[^\s:]{4,8} +\d{1,10}\.\d{6}: \w+:/;

/** Known by its header, or by the flags of a line. */
export const ftraceFormat = kernelLogFormat({
  name: 'ftrace',
  description: "Linux's trace or trace_pipe with events/iommu, events/dma or kvm_hv",
  envelope: {
    read: readTraceLine,
    around: [
      [/^\s*$/, 'blank line'],
      [/^#/, 'header'],
      [/^CPU:\d+ \[LOST (?:\d+ )?EVENTS\]/, GAP],
      [/^ => /, 'call stack'],
    ],
  },
  matches: (lines) => /^# tracer: /.test(lines[0] ?? '') || lines.some((line) => FLAGS.test(line)),
});
