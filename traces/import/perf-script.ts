/**
 * What `perf script` prints of tracepoints (tools/perf/builtin-script.c):
 * `comm pid [cpu] seconds.microseconds: system:event: payload`, on demand `pid/tid`; call stacks below.
 */
import { GAP, readPerfLine } from './kernel-envelope.ts';
import { kernelLogFormat } from './kernel-log.ts';

/** The processor is missing where it was not recorded; a period may stand in front of the event. */
const EVENT =
  /(?:^|\s)(?:\d{1,10}\/)?\d{1,10} +(?:\[\d{1,5}\] +)?\d{1,10}\.(?:\d{9}|\d{6}): +(?:\d{1,20} +)?\w+:\w+:/;

export const perfScriptFormat = kernelLogFormat({
  name: 'perf-script',
  description: 'perf script of iommu:*, dma:* or kvm_hv:* tracepoints',
  envelope: {
    read: readPerfLine,
    around: [
      [/^\s*$/, 'blank line'],
      [/^#/, 'header'],
      [/\bPERF_RECORD_LOST/, GAP],
      [/^\s+[0-9a-f]{1,16} /, 'call stack'],
    ],
  },
  matches: (lines) => lines.some((line) => EVENT.test(line)),
});
