/**
 * The form of a log line's arguments: fixed text and fields, written as they stand in the line.
 * The same form reads a line as bytes (a QEMU log takes 200 ns a line; with strings, regular expressions and
 * BigInt it took 4,300, Node 20) and says what is wrong with one that does not fit.
 */
import { Word } from '../word.ts';

const LINE_FEED = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
const COMMA = 0x2c;
const MINUS = 0x2d;
const ZERO = 0x30;
const LETTER_X = 0x78;
/** Turns an upper-case letter of ASCII into a lower-case one. */
const LOWER_CASE = 0x20;
const NO_DIGIT = 0xff;

/** The value of each byte as a hexadecimal digit. */
const DIGITS = Uint8Array.from({ length: 256 }, (_, byte) => {
  const digit = Number.parseInt(String.fromCharCode(byte), 16);
  return Number.isNaN(digit) ? NO_DIGIT : digit;
});

/** A line does not have the field, or not with a value that fits. */
const MISFIT = -1;

/**
 * A part of a line that has a value; the last line that was read sets it. There are four kinds: with a fifth,
 * V8 no longer calls their `read` directly (5 ns a field more, Node 20).
 */
export interface LineField {
  /** Name and what is wanted, for messages. */
  readonly name: string;
  readonly wanted: string;
  /** Reads the field that begins at `at`; answers where it ends, MISFIT where there is none. */
  read(bytes: Uint8Array, at: number): number;
}

/** A number of up to 64 bits, hexadecimal with or without 0x. */
class HexadecimalField extends Word implements LineField {
  readonly wanted: string;

  constructor(
    readonly name: string,
    private readonly bits: number,
  ) {
    super();
    this.wanted = `a ${bits}-bit hexadecimal number`;
  }

  read(bytes: Uint8Array, from: number): number {
    const prefixed = bytes[from] === ZERO && (bytes[from + 1] | LOWER_CASE) === LETTER_X;
    const first = prefixed ? from + 2 : from;
    let high = 0;
    let low = 0;
    let at = first;
    for (let digit = DIGITS[bytes[at]]; digit !== NO_DIGIT; digit = DIGITS[bytes[at]]) {
      if (high >>> 28 !== 0) return MISFIT;
      high = (high << 4) | (low >>> 28);
      low = (low << 4) | digit;
      at += 1;
    }
    this.high = high;
    this.low = low;
    return at > first && (high === 0 || this.bits === 64) ? at : MISFIT;
  }
}

/** A whole number below a limit (2^53 at most) in decimal, with a sign where that is allowed. */
class DecimalField implements LineField {
  readonly wanted: string;
  value = 0;

  constructor(
    readonly name: string,
    private readonly limit: number,
    private readonly isSigned: boolean,
  ) {
    this.wanted = `a whole number below ${limit}`;
  }

  read(bytes: Uint8Array, from: number): number {
    const isNegative = this.isSigned && bytes[from] === MINUS;
    const first = isNegative ? from + 1 : from;
    let value = 0;
    let at = first;
    for (let digit = bytes[at] - ZERO; digit >= 0 && digit <= 9; digit = bytes[at] - ZERO) {
      value = value * 10 + digit;
      at += 1;
    }
    this.value = isNegative ? -value : value;
    return at > first && value < this.limit ? at : MISFIT;
  }
}

/** Characters up to the next space or the end of the line; they stay where they are. */
class TextField implements LineField {
  readonly wanted = 'a word';
  bytes: Uint8Array = new Uint8Array(0);
  from = 0;
  end = 0;

  constructor(readonly name: string) {}

  read(bytes: Uint8Array, from: number): number {
    let at = from;
    while (bytes[at] > SPACE) at += 1;
    this.bytes = bytes;
    this.from = from;
    this.end = at;
    return at > from ? at : MISFIT;
  }

  toString(): string {
    return textOf(this.bytes, this.from, this.end);
  }
}

/** Skips everything in front of a text. */
class SkippedField implements LineField {
  readonly name = 'arguments';
  readonly wanted: string;
  private readonly text: Uint8Array;

  constructor(text: string) {
    this.wanted = `'${text}' among them`;
    this.text = bytesOf(text);
  }

  read(bytes: Uint8Array, from: number): number {
    let at = from;
    while (!startsAt(this.text, bytes, at)) {
      if (bytes[at] === LINE_FEED) return MISFIT;
      at += 1;
    }
    return at;
  }
}

/** A number in hexadecimal, with or without 0x. */
export function hexadecimal(name: string, bits: 32 | 64): HexadecimalField {
  return new HexadecimalField(name, bits);
}

/** A whole number below 2^`bits` in decimal; 53 bits at most. */
export function decimal(name: string, bits: number): DecimalField {
  return new DecimalField(name, 2 ** bits, false);
}

/** What a call returned: 0 or an error, perhaps negative. */
export function result(name: string): DecimalField {
  return new DecimalField(name, 2 ** 31, true);
}

/** Characters up to the next space. */
export function word(name: string): TextField {
  return new TextField(name);
}

/** Everything in front of a text. */
export function upTo(text: string): LineField {
  return new SkippedField(text);
}

/** Everything up to the end of the line. */
export function rest(): LineField {
  return new SkippedField('\n');
}

/** A form as it stands in the line: form`liobn=${liobn} ioba=${address}`. */
export function form(texts: TemplateStringsArray, ...fields: LineField[]): LineForm {
  return new LineForm(texts.map(bytesOf), fields);
}

/** Fixed texts with a field between each two. */
export class LineForm {
  constructor(
    private readonly texts: readonly Uint8Array[],
    private readonly fields: readonly LineField[],
  ) {}

  /**
   * Reads the fields of what begins at `from` and ends with the line; answers where the next line begins,
   * or -1 where it has another form.
   */
  read(bytes: Uint8Array, from: number): number {
    const texts = this.texts;
    const fields = this.fields;
    let at = behind(texts[0], bytes, from);
    for (let index = 0; index < fields.length; index += 1) {
      if (at === MISFIT) return MISFIT;
      at = fields[index].read(bytes, at);
      if (at !== MISFIT) at = behind(texts[index + 1], bytes, at);
    }
    return at === MISFIT ? MISFIT : nextLine(bytes, at);
  }

  /** Why `read` answered -1. */
  explain(bytes: Uint8Array, from: number): string {
    let at = behind(this.texts[0], bytes, from);
    for (const [index, field] of this.fields.entries()) {
      if (at === MISFIT) break;
      const end = field.read(bytes, at);
      if (end === MISFIT) {
        return `${field.name}: expected ${field.wanted}, got '${textOf(bytes, at, endOfWord(bytes, at))}'`;
      }
      at = behind(this.texts[index + 1], bytes, end);
    }
    return 'the arguments have another form';
  }
}

/** Where the bytes of a fixed text end that must begin at `at`, or MISFIT. */
function behind(text: Uint8Array, bytes: Uint8Array, at: number): number {
  return startsAt(text, bytes, at) ? at + text.length : MISFIT;
}

/** Whether a text without line feeds stands there; that of the line ends the comparison. */
export function startsAt(text: Uint8Array, bytes: Uint8Array, at: number): boolean {
  for (let index = 0; index < text.length; index += 1) {
    if (bytes[at + index] !== text[index]) return false;
  }
  return true;
}

function nextLine(bytes: Uint8Array, from: number): number {
  let at = from;
  while (bytes[at] === SPACE) at += 1;
  if (bytes[at] === LINE_FEED) return at + 1;
  return bytes[at] === RETURN && bytes[at + 1] === LINE_FEED ? at + 2 : MISFIT;
}

function endOfWord(bytes: Uint8Array, from: number): number {
  let at = from;
  while (bytes[at] > SPACE && bytes[at] !== COMMA) at += 1;
  return at;
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function textOf(bytes: Uint8Array, from: number, end: number): string {
  return new TextDecoder().decode(bytes.subarray(from, end));
}
