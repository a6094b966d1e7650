/**
 * What `perf script` prints of tracepoints (tools/perf/builtin-script.c):
 * `comm pid [cpu] seconds.microseconds: system:event: payload`, on demand `pid/tid`; call stacks below.
 */
import { GAP, type LinesAround, lineEnvelope } from './kernel-event.ts';
import { kernelLogFormat } from './kernel-log.ts';

/** The processor is missing where it was not recorded; a period may stand in front of the event. */
const LINE =
  /(?:^|\s)(?:\d{1,10}\/)?(\d{1,10}) +(?:\[\d{1,5}\] +)?(\d{1,10})\.(\d{9}|\d{6}): +(?:\d{1,20} +)?\w+:(\w+): *(.*)$/;

const AROUND: LinesAround = [
  [/^\s*$/, 'blank line'],
  [/^#/, 'header'],
  [/\bPERF_RECORD_LOST/, GAP],
  [/^\s+[0-9a-f]{1,16} /, 'call stack'],
];

export const perfScriptFormat = kernelLogFormat({
  name: 'perf-script',
  description: 'perf script of iommu:*, dma:* or kvm_hv:* tracepoints',
  envelope: lineEnvelope(LINE, AROUND),
  matches: (lines) => lines.some((line) => LINE.test(line)),
});
