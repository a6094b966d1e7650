/** How ftrace, perf and trace-cmd write an event down: what stands around its name and payload. */
import type { KernelLine } from './kernel-line.ts';

const LINE_FEED = 0x0a;
const SPACE = 0x20;
const BRACKET = 0x28;
const END_BRACKET = 0x29;
const MINUS = 0x2d;
const SLASH = 0x2f;
const COLON = 0x3a;
const SQUARE = 0x5b;
const END_SQUARE = 0x5d;

const PID_DIGITS = 10;
const PROCESSOR_DIGITS = 5;
const PERIOD_DIGITS = 20;
/** Flags have 4, 5 or 7 characters, as the kernel is old or its preemption lazy; newer ones may add some. */
const FLAGS_MIN = 4;
const FLAGS_MAX = 8;

/** Lines around the events: what they look like, and what they are. */
export type LinesAround = readonly (readonly [form: RegExp, what: string])[];

/** A gap in a log, as the account of an import has it. */
export const GAP = 'GAP: the kernel lost events here';

/** How a tool writes events down. */
export interface Envelope {
  /** Reads the line that begins where `line` stands, up to its payload; false where it is no event. */
  read(line: KernelLine): boolean;
  /** Lines that are no event and rightly stand there. */
  readonly around: LinesAround;
}

/**
 * `comm-pid (tgid) [cpu] flags seconds.fraction: event: payload`, tgid and flags on demand. A comm may hold
 * anything, and the pid is what stands in front of the processor.
 */
export function readTraceLine(line: KernelLine): boolean {
  const { bytes } = line;
  for (let at = line.at; bytes[at] !== LINE_FEED; at += 1) {
    if (bytes[at] !== MINUS) continue;
    line.at = at + 1;
    if (readBehindComm(line)) return true;
  }
  return false;
}

function readBehindComm(line: KernelLine): boolean {
  if (!line.digits(PID_DIGITS)) return false;
  line.pid = line.number;
  if (!line.spaces() || !skipGroup(line) || !processor(line)) return false;
  skipFlags(line);
  return line.time() && line.event();
}

/** The thread group `( 1700)` or `(-----)`, where it is there. */
function skipGroup(line: KernelLine): boolean {
  if (!line.byte(BRACKET)) return true;
  line.spaces();
  line.wordBytes();
  return line.bytes[line.at - 1] === END_BRACKET && line.spaces();
}

/** The processor `[003]`. */
function processor(line: KernelLine): boolean {
  if (!line.byte(SQUARE) || !line.digits(PROCESSOR_DIGITS)) return false;
  line.processor = line.number;
  return line.byte(END_SQUARE) && line.spaces();
}

function skipFlags(line: KernelLine): void {
  const { at } = line;
  const length = line.wordBytes();
  const isFlags = length >= FLAGS_MIN && length <= FLAGS_MAX && line.spaces();
  if (!isFlags) line.at = at;
}

/** `comm pid/tid [cpu] seconds.fraction: period system:event: payload`; group, processor and period on demand. */
export function readPerfLine(line: KernelLine): boolean {
  const { bytes, at: first } = line;
  for (let at = first; bytes[at] !== LINE_FEED; at += 1) {
    if (at > first && bytes[at - 1] > SPACE) continue;
    line.at = at;
    if (readFromPid(line)) return true;
  }
  return false;
}

function readFromPid(line: KernelLine): boolean {
  if (!line.digits(PID_DIGITS)) return false;
  if (line.byte(SLASH) && !line.digits(PID_DIGITS)) return false;
  line.pid = line.number;
  line.processor = 0;
  if (!line.spaces()) return false;
  if (line.bytes[line.at] === SQUARE && !processor(line)) return false;
  if (!line.time()) return false;
  skipPeriod(line);
  return line.name() && line.byte(COLON) && line.event();
}

function skipPeriod(line: KernelLine): void {
  const { at } = line;
  if (!(line.digits(PERIOD_DIGITS) && line.spaces())) line.at = at;
}
