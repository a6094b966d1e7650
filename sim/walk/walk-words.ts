/** A walk as a user words it, on the command line or in a program. */
import { InputError } from '../../models/input-error.ts';
import type { PhbSpec } from '../../models/phb/spec.ts';
import { parseRid } from '../../models/rte.ts';
import { Dump } from '../tables/dump.ts';
import { dumpedTve } from './dumped-tve.ts';
import type { WalkQuestion } from './explain.ts';
import { parseWord, readMemoryFile } from './memory-file.ts';
import type { KnownWord } from './walk-answer.ts';

/** What is asked. Texts are numbers, 0x or decimal. */
export interface WalkWords {
  /** Bus address. */
  readonly address: string;
  /** Whether the device writes. */
  readonly write?: boolean;
  /** Requester, as `01:00.0`. */
  readonly rid?: string;
  readonly tve?: string;
  /** Words of memory: a file's, or what knows them. */
  readonly memory?: string | KnownWord;
  /** A dump of a machine's tables, in the place of the memory. */
  readonly tables?: string;
  /** Which DUMP of it; absent: its last. */
  readonly dump?: number;
  /** Whose TVE of the dump, `509` or `0:509`; absent: the only one. */
  readonly pe?: string;
}

/** What does not go together in a question; undefined where all does. */
export function mixtureIn(words: Omit<WalkWords, 'address'>): string | undefined {
  const { tve, memory, tables, dump, pe } = words;
  if (tables !== undefined) {
    if (memory !== undefined) return '--tables and --memory both bring tables';
    const isChosenTwice = tve !== undefined && pe !== undefined;
    return isChosenTwice ? '--pe chooses a TVE of the dump, and --tve is another' : undefined;
  }
  if (dump !== undefined) return '--dump wants --tables FILE';
  return pe === undefined ? undefined : '--pe wants --tables FILE';
}

/** The question, on a PHB. Throws InputError, for what `mixtureIn` says as well. */
export function questionOf(spec: PhbSpec, words: WalkWords): WalkQuestion {
  const mixture = mixtureIn(words);
  if (mixture !== undefined) throw new InputError(mixture);
  const { tve, memory, tables, dump, pe, rid = '00:00.0', write = false } = words;
  const address = parseWord(words.address, '--address');
  const access = write ? 'write' : 'read';
  const asked = { spec, address, access, rid: parseRid(rid, '--rid') } as const;
  if (tables === undefined) {
    return { ...asked, tve: parseWord(tve ?? '', '--tve'), word: knownWords(memory) };
  }
  const dumped = Dump.read(tables, dump);
  const { count, tveSelect } = spec.parameters.pe;
  dumped.checkPes(spec.name, count.value);
  const word = (at: bigint) => dumped.word(at);
  if (tve !== undefined) return { ...asked, tve: parseWord(tve, '--tve'), word };
  const source = dumpedTve(dumped, pe, address, tveSelect.value);
  return { ...asked, tve: source.value, word, source };
}

function knownWords(memory: string | KnownWord | undefined): KnownWord {
  if (typeof memory === 'function') return memory;
  const words = memory === undefined ? new Map<bigint, bigint>() : readMemoryFile(memory);
  return (at) => words.get(at);
}
