/** A PHB for programs: its parameters, and its walk of one address. */
import { hex } from '../../models/bits.ts';
import { InputError } from '../../models/input-error.ts';
import type { Origin } from '../../models/origin.ts';
import { DEFAULT_PHB } from '../../models/phb/presets.ts';
import { type PhbSpec, parametersOf } from '../../models/phb/spec.ts';
import { numberText } from '../../traces/numbers.ts';
import { phbOf } from '../scenario/phb.ts';
import { parseDumpNumber } from '../tables/dump-number.ts';
import { explain } from '../walk/explain.ts';
import type { KnownWord, WalkAnswer } from '../walk/walk-answer.ts';
import { questionOf } from '../walk/walk-words.ts';
import { forCaller } from './caller.ts';
import { checkKeys } from './keys.ts';
import { scenarioGiven } from './scenario-given.ts';
import type { ScenarioObject } from './scenario-object.ts';

/** A 64-bit number; as text also hexadecimal. What needs more than 53 bits wants bigint or text. */
export type Word = bigint | number | string;

/** A translation to be explained. */
export interface WalkObject {
  /** Bus address. */
  readonly address: Word;
  /** The TVE; in its place a dump of tables may have one. */
  readonly tve?: Word;
  /**
   * Words of memory by real address: a map, a function, or the path of a file with lines `0xADDRESS 0xVALUE`. What it
   * does not have reads as 0.
   */
  readonly memory?: ReadonlyMap<bigint, bigint> | KnownWord | string;
  /** Instead of both: path of a dump of a machine's tables (docs/dump.md). */
  readonly tables?: string;
  /** Which DUMP of that file, from 1; its last if absent. */
  readonly dump?: number;
  /** Whose TVE of the dump: `509`, or `'0:509'` with its PHB; the only one if absent. */
  readonly pe?: number | string;
  /** Whether the device writes; it reads if absent. */
  readonly write?: boolean;
  /** Requester, as `01:00.0`; it stands in the PEST entry of a fault. */
  readonly rid?: string;
}

const WALK_KEYS = Object.keys({
  address: 0,
  tve: 0,
  memory: 0,
  tables: 0,
  dump: 0,
  pe: 0,
  write: 0,
  rid: 0,
} satisfies Record<keyof WalkObject, 0>);

/** A parameter of a PHB. */
export interface PhbParameter {
  /** Dotted, as `set` names it: `tceCache.ways`. */
  readonly key: string;
  /** A number, text, true or false, or a list of numbers. */
  readonly value: unknown;
  /** Whether anybody has published it. */
  readonly origin: Origin;
  /** The source, or the reason. */
  readonly source: string;
}

/** See {@link createPhb}. */
export class Phb {
  /** @internal */
  constructor(private readonly spec: PhbSpec) {}

  /** As `phb4`. */
  get name(): string {
    return this.spec.name;
  }

  /** What it is, in words. */
  get title(): string {
    return this.spec.title;
  }

  /** Every parameter of its TCE unit, with the origin of its value. */
  get parameters(): readonly PhbParameter[] {
    return parametersOf(this.spec);
  }

  /**
   * Translates one bus address and tells every step, as `tcesim walk --format json` does.
   *
   * @throws InputError on what cannot be used
   */
  walk(question: WalkObject): WalkAnswer {
    return forCaller(() => {
      checkKeys('walk', question, WALK_KEYS);
      const { address, tve, memory, pe, dump, ...rest } = question;
      return explain(
        questionOf(this.spec, {
          ...rest,
          address: numberText(address, 'address'),
          ...(tve !== undefined && { tve: numberText(tve, 'tve') }),
          ...(memory !== undefined && { memory: knownIn(memory) }),
          ...(pe !== undefined && { pe: String(pe) }),
          ...(dump !== undefined && { dump: parseDumpNumber(String(dump), 'dump') }),
        }),
      );
    });
  }
}

/**
 * A PHB by the name of its preset, with a level of firmware and parameters of its own if need be.
 *
 * @param name `phb3`, `phb4`, `phb4-small` or `phb5`; see {@link listPhbs}
 * @param own `firmware` and `set` as a scenario has them
 * @throws InputError on a name or a parameter that does not exist, and on a value that it cannot have
 * @example
 * const phb = createPhb('phb4', { set: { tceCache: { ways: 8 } } });
 * phb.walk({ tve: 0x0000002400004505n, memory, address: 0x0800000012345678n }).realAddress;
 */
export function createPhb(
  name = DEFAULT_PHB,
  own: Pick<ScenarioObject, 'firmware' | 'set'> = {},
): Phb {
  return forCaller(() => {
    checkKeys('createPhb', own, ['firmware', 'set']);
    return new Phb(phbOf(scenarioGiven({ ...own, phb: name }).scenario));
  });
}

function knownIn(memory: NonNullable<WalkObject['memory']>): string | KnownWord {
  if (typeof memory === 'string') return memory;
  if (typeof memory !== 'function' && typeof memory.get !== 'function') {
    throw new InputError(`memory: expected a map, a function or a path, got ${memory}`);
  }
  const known: KnownWord = typeof memory === 'function' ? memory : (at) => memory.get(at);
  return (at) => {
    const word = known(at);
    if (word === undefined || typeof word === 'bigint') return word;
    throw new InputError(`memory: expected a bigint at ${hex(at)}, got ${typeof word} ${word}`);
  };
}
