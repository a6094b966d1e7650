/**
 * The names by which thresholds call figures. A figure has a dotted key, as `replay.latency.p99`; the end of the key
 * is enough (`latency.p99`, `p99`), and means the shortest key that ends so.
 */
import { InputError } from '../../../models/input-error.ts';
import { suggest } from '../../../traces/nearest.ts';
import { type Figure, figureAt, figureKeys } from '../../results/figure.ts';
import { resultSchema } from '../../results/result-schema.ts';
import { pointSchema } from '../study-schema.ts';

/** A figure that can be compared. */
export interface Metric extends Figure {
  /** Among the figures of a point. */
  readonly key: string;
  /** As comparisons call it. */
  readonly name: string;
}

/** Words of the trade for figures that results call otherwise. */
const OTHER_WORDS: ReadonlyMap<string, string> = new Map([['bandwidth', 'gbps']]);

/** Keys of a run with more names are too many to list. */
const NAMES_LISTED_MAX = 2;

export class Metrics {
  private readonly shortNames: ReadonlyMap<string, string>;

  private constructor(
    private readonly keys: readonly string[],
    private readonly figureOf: (key: string) => Figure | undefined,
    isShort: boolean,
  ) {
    const short = keys.map((key) => [key, key.slice(key.lastIndexOf('.') + 1)] as const);
    this.shortNames = new Map(
      isShort ? short.filter(([key, name]) => this.keysCalled(name).join() === key) : [],
    );
  }

  /** The figures of a study's points, by the names of points.csv. */
  static ofStudies(): Metrics {
    const keys = ['window', 'replay'].flatMap((part) =>
      figureKeys(part === 'window' ? windowShape() : replayShape(), `${part}.`),
    );
    return new Metrics(keys, (key) => figureAt(pointSchema, key), true);
  }

  /** The figures of runs, by these keys of their results; a study's names mean the same. */
  static ofRuns(keys: Iterable<string>): Metrics {
    const figureOf = (key: string) =>
      figureAt(resultSchema, key) ?? figureAt(pointSchema, `replay.${key}`);
    return new Metrics([...new Set([...figureKeys(replayShape()), ...keys])], figureOf, false);
  }

  /** The figure of a key that these have. */
  of(key: string): Metric {
    const figure = this.figureOf(key) ?? { kind: 'text', unit: 'text' };
    return { ...figure, key, name: this.shortNames.get(key) ?? key };
  }

  /** The figure that a name means. Throws InputError on one that means none, or two. */
  named(name: string, what: string): Metric {
    const [key, other] = this.keysCalled(OTHER_WORDS.get(name) ?? name);
    if (other !== undefined) {
      throw new InputError(`${what}: '${name}' may be ${key} or ${other}; write which`);
    }
    if (key !== undefined) return this.of(key);
    throw new InputError(`${what}: unknown metric '${name}'${suggest(name, this.names())}`);
  }

  /** The shortest keys that a name ends; several where they are equally short. */
  private keysCalled(name: string): string[] {
    if (this.keys.includes(name)) return [name];
    const ending = this.keys.filter((key) => key.endsWith(`.${name}`));
    const depth = Math.min(...ending.map(depthOf));
    return ending.filter((key) => depthOf(key) === depth);
  }

  private names(): string[] {
    return this.keys
      .map((key) => this.shortNames.get(key) ?? key)
      .filter((name) => depthOf(name) <= NAMES_LISTED_MAX && !/\d/.test(name[0]));
  }
}

function depthOf(key: string): number {
  return key.split('.').length;
}

function windowShape() {
  return pointSchema.shape.window.unwrap();
}

function replayShape() {
  return pointSchema.shape.replay.unwrap();
}
