/**
 * Fields of a kernel event, `key=value` in any order, as bytes. What does not fit throws InputError, which
 * the importer notes.
 */
import { InputError } from '../../models/input-error.ts';
import { Word, wordOf } from '../word.ts';
import { ByteNames } from './byte-names.ts';
import { word } from './fields.ts';
import { decimal, hexadecimal } from './line-form.ts';

const LINE_FEED = 0x0a;
const SPACE = 0x20;
const EQUALS = 0x3d;
const BRACE = 0x7b;
const END_BRACE = 0x7d;

const ADDRESS = hexadecimal('address', 64);
/** Sizes are exact below 2^53; no mapping comes near. */
const SIZE = decimal('size', 53);

/** A field by its key; the last event that was read sets where its value stands. */
export class KernelField {
  bytes: Uint8Array = new Uint8Array(0);
  from = 0;
  end = 0;
  isPresent = false;

  constructor(readonly key: string) {}

  /** The value as text; empty where there is none. */
  get text(): string {
    return this.isPresent ? textOf(this.bytes, this.from, this.end) : '';
  }

  /** A 64-bit word in hexadecimal, with or without 0x. */
  get word(): Word {
    const isWord = this.isPresent && ADDRESS.read(this.bytes, this.from) === this.end;
    return isWord ? new Word().copy(ADDRESS) : this.misfit('a 64-bit hexadecimal number');
  }

  /** A size in bytes, decimal as `%zu` prints it. */
  get size(): number {
    const isSize = this.isPresent && SIZE.read(this.bytes, this.from) === this.end;
    return isSize ? SIZE.value : this.misfit('a number of bytes');
  }

  /** The words of an array as `__print_array` writes it: `{0x1000,0x2000}`. */
  get words(): Word[] {
    return this.items.map((item) => wordOf(word(item, this.key)));
  }

  /** The numbers of such an array. */
  get numbers(): number[] {
    return this.items.map((item) => Number(word(item, this.key)));
  }

  private get items(): string[] {
    const items = /^\{([^}]*)\}$/.exec(this.text)?.[1]?.trim() ?? this.misfit('{..}');
    return items === '' ? [] : items.split(',').map((item) => item.trim());
  }

  private misfit(wanted: string): never {
    throw new InputError(`${this.key}: expected ${wanted}, got '${this.text}'`);
  }
}

/** Reads the fields with these keys; others, which newer kernels add, do no harm. */
export class FieldReader {
  private readonly names: ByteNames<KernelField>;
  /** Those of the event that was read last. */
  private readonly present: KernelField[] = [];

  constructor(fields: readonly KernelField[]) {
    this.names = new ByteNames(
      fields.map((field) => [field.key, field]),
      '=',
    );
  }

  /** Reads what stands from here to the end of the line; answers how many fields, known or not. */
  read(bytes: Uint8Array, from: number): number {
    for (const field of this.present) field.isPresent = false;
    this.present.length = 0;
    let found = 0;
    for (
      let at = behindSpaces(bytes, from);
      bytes[at] !== LINE_FEED;
      at = behindSpaces(bytes, at)
    ) {
      const field = this.names.find(bytes, at);
      const first = this.names.end + 1;
      const isField = bytes[this.names.end] === EQUALS;
      at = isField ? endOfValue(bytes, first) : this.names.end;
      if (isField) found += 1;
      if (isField && field) this.place(field, bytes, first, at);
    }
    return found;
  }

  private place(field: KernelField, bytes: Uint8Array, from: number, end: number): void {
    field.bytes = bytes;
    field.from = from;
    field.end = end;
    field.isPresent = true;
    this.present.push(field);
  }
}

/** Where the next word begins, or the line feed. */
function behindSpaces(bytes: Uint8Array, from: number): number {
  let at = from;
  while (bytes[at] <= SPACE && bytes[at] !== LINE_FEED) at += 1;
  return at;
}

/** An array ends with its brace, another value in front of a space. */
function endOfValue(bytes: Uint8Array, from: number): number {
  let at = from;
  if (bytes[from] === BRACE) {
    do at += 1;
    while (bytes[at] !== END_BRACE && bytes[at] !== BRACE && bytes[at] !== LINE_FEED);
    if (bytes[at] === END_BRACE) return at + 1;
    at = from;
  }
  while (bytes[at] > SPACE) at += 1;
  return at;
}

function textOf(bytes: Uint8Array, from: number, end: number): string {
  return new TextDecoder().decode(bytes.subarray(from, end));
}
