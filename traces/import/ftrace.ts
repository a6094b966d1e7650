/**
 * Linux's own trace text (kernel/trace/trace_output.c): the files `trace` and `trace_pipe` of tracefs.
 * `comm-pid (tgid) [cpu] flags seconds.microseconds: event: payload`; the tgid is there on demand only.
 */
import { GAP, type LinesAround, lineEnvelope } from './kernel-event.ts';
import { kernelLogFormat } from './kernel-log.ts';

/**
 * From the pid on: a comm may hold anything, and the pid is what stands in front of the processor. Flags have
 * 4, 5 or 7 characters, as the kernel is old or its preemption lazy, and can be switched off.
 */
const LINE =
  /-(\d{1,10}) +(?:\( *[\d-]{1,10}\) +)?\[\d{1,5}\] +(?:[^\s:]{4,8} +)?(\d{1,10})\.(\d{6}): (\w+): ?(.*)$/;
const FLAGS = /-\d{1,10} +(?:\( *[\d-]{1,10}\) +)?\[\d{1,5}\] +[^\s:]{4,8} +\d{1,10}\.\d{6}: \w+:/;

const AROUND: LinesAround = [
  [/^\s*$/, 'blank line'],
  [/^#/, 'header'],
  [/^CPU:\d+ \[LOST (?:\d+ )?EVENTS\]/, GAP],
  [/^ => /, 'call stack'],
];

/** Known by its header, or by the flags of a line. */
export const ftraceFormat = kernelLogFormat({
  name: 'ftrace',
  description: "Linux's trace or trace_pipe with events/iommu, events/dma or kvm_hv",
  envelope: lineEnvelope(LINE, AROUND),
  matches: (lines) => /^# tracer: /.test(lines[0] ?? '') || lines.some((line) => FLAGS.test(line)),
});
