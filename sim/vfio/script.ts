/**
 * A line of a script: a call with what it takes and, if it was recorded, what came back; or something
 * else, which is handed on as it is. docs/vfio-script.md describes the language.
 */
import { InputError } from '../../models/input-error.ts';
import { editsTo, suggest } from '../../traces/nearest.ts';
import { CALLS, type CallName, type CallShape, type Key } from './calls.ts';
import type { Value } from './values.ts';

/** A call as a script has it. */
export interface Call {
  readonly name: CallName;
  readonly shape: CallShape;
  /** File and line, for messages. */
  readonly where: string;
  /** The word between the name and the keys: `huge`, `W`, `R`. */
  readonly word: string | undefined;
  readonly inputs: ReadonlyMap<string, Value>;
  /** Results that the script says a kernel gave. */
  readonly recorded: ReadonlyMap<string, Value>;
  /** What follows a `#`, with it; empty if nothing does. */
  readonly comment: string;
}

/** `ram_changed` of a write whose program had no memory to look at. */
export const NOTHING_TO_LOOK_AT = -1n;

/** First words of lines that are facts of the program, and look like calls. */
const FACTS = ['CFG', 'MARK', 'VFIO-DONE'];
/** So begins a name in capitals; `Kernel panic` does not. */
const CAPITALS = /^[A-Z](?![a-z])/;
/** Words of at least so many letters are near a call's name with two letters wrong, shorter ones with one. */
const LONG_WORD = 6;
/** A control character would do to a terminal what it says; a text has tabs only. */
const CONTROL = /(?!\t)\p{Cc}/u;

/** The call of a line, or undefined for a line that is none. Throws InputError that begins with `where`. */
export function parseLine(line: string, where: string): Call | undefined {
  const control = CONTROL.exec(line)?.[0].codePointAt(0);
  if (control !== undefined) {
    throw new InputError(
      `${where}: expected a line of text, got the byte 0x${control.toString(16)}`,
    );
  }
  const [name] = line.trim().split(/\s+/, 1);
  const shape = CALLS.find((call) => call.name === name);
  if (shape !== undefined) return parseCall(line, shape, where);
  if (isFact(name)) return undefined;
  throw new InputError(`${where}: unknown call '${name}'${nearestCall(name)}`);
}

/** Where a message about a key of a call begins. */
export function placeOf(call: Pick<Call, 'where' | 'name'>, key: string): string {
  return `${call.where}: ${call.name} ${key}`;
}

/** Whether a line with this first word can be meant for no call: not in capitals, and near no call's name. */
function isFact(firstWord: string): boolean {
  const [name] = firstWord.split('=', 1);
  if (FACTS.includes(name) || name.startsWith('#')) return true;
  const names = CALLS.map((call) => call.name);
  const edits = name.length >= LONG_WORD ? 2 : 1;
  return !CAPITALS.test(name) && editsTo(name.toUpperCase(), names) > edits;
}

function parseCall(line: string, shape: (typeof CALLS)[number], where: string): Call {
  const [, text, comment] = /^(.*?)(\s#.*)?$/.exec(line) as RegExpExecArray;
  const [name, ...words] = text.trim().split(/\s+/);
  const parser = new CallParser(shape, `${where}: ${name}`);
  for (const word of words) parser.take(word);
  parser.finish();
  const { word, inputs, recorded } = parser;
  return { name: shape.name, shape, where, word, inputs, recorded, comment: comment?.trim() ?? '' };
}

/** Takes the words of one call in turn. */
class CallParser {
  word: string | undefined;
  readonly inputs = new Map<string, Value>();
  readonly recorded = new Map<string, Value>();
  private hasKeys = false;

  constructor(
    private readonly shape: CallShape,
    private readonly where: string,
  ) {}

  take(word: string): void {
    const equals = word.indexOf('=');
    if (equals > 0) this.takeKey(word.slice(0, equals), word.slice(equals + 1));
    else this.takeOperand(word);
  }

  /** Throws InputError for what is still missing. */
  finish(): void {
    const { words, value } = this.shape.operands;
    if (words?.isRequired && this.word === undefined) {
      throw new InputError(`${this.where}: expected ${words.choices.join(' or ')} behind the name`);
    }
    const needed = value === undefined ? this.shape.inputs : [value, ...this.shape.inputs];
    const missing = needed.find(({ name, isRequired }) => isRequired && !this.inputs.has(name));
    if (missing === undefined) return;
    const how = missing === value ? `its ${missing.name}` : `${missing.name}=`;
    throw new InputError(`${this.where}: expected ${how}, got none`);
  }

  private takeOperand(word: string): void {
    const { words, value } = this.shape.operands;
    const isFirst = !this.hasKeys && this.word === undefined && this.inputs.size === 0;
    if (this.keyOf(word) !== undefined || word.startsWith('=')) {
      throw new InputError(`${this.where}: expected no blanks around =, got '${word}'`);
    }
    if (isFirst && words?.choices.includes(word)) this.word = word;
    else if (!this.hasKeys && value !== undefined && !this.inputs.has(value.name)) {
      this.inputs.set(value.name, value.kind.read(word, `${this.where} ${value.name}`));
    } else {
      const wanted = isFirst && words?.isRequired ? words.choices.join(' or ') : 'key=value';
      throw new InputError(`${this.where}: expected ${wanted}, got '${word}'`);
    }
  }

  private takeKey(name: string, text: string): void {
    this.hasKeys = true;
    const { inputs, results } = this.shape;
    const key = this.keyOf(name);
    if (key === undefined) {
      const known = [...inputs, ...results].map((each) => each.name);
      throw new InputError(`${this.where}: unknown key '${name}'${suggest(name, known)}`);
    }
    const values = inputs.includes(key) ? this.inputs : this.recorded;
    if (values.has(name)) throw new InputError(`${this.where}: ${name} is given twice`);
    values.set(name, key.kind.read(text, `${this.where} ${name}`));
  }

  private keyOf(name: string): Key | undefined {
    const { inputs, results } = this.shape;
    return [...inputs, ...results].find((key) => key.name === name);
  }
}

/** The call that has this name in <linux/vfio.h>, or the nearest one; they are looked for in lower case. */
function nearestCall(word: string): string {
  const same = CALLS.find((call: CallShape) => call.ioctl === word);
  if (same !== undefined) return `, did you mean '${same.name}'?`;
  const names = CALLS.map(({ name }) => name.toLowerCase());
  return suggest(word, names).replace(/'.*'|: .*/, (found) => found.toUpperCase());
}
