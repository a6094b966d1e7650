/** What a parameter may be: in words for a reader, and as a check whose message names what was got. */

/** Whole numbers, words, switches and the like that a parameter takes. */
export interface Allowed {
  /** For a reader, `1..4096`. */
  readonly text: string;
  /** What is wrong with a value, `expected ..., got ...`; undefined: nothing. */
  readonly refusalOf: (value: unknown) => string | undefined;
}

/** Whole numbers from `least` to `most`; `zero` says what 0 stands for, where that is no amount. */
export function whole(least: number, most: number, zero?: string): Allowed {
  return {
    text: zero === undefined ? `${least}..${most}` : `${least}..${most}; 0: ${zero}`,
    refusalOf: (value) =>
      isWhole(value, least, most)
        ? undefined
        : `expected a whole number ${least}..${most}, got ${value}`,
  };
}

/** The words of a choice, each with its meaning. */
export function choice<T extends string>(
  words: readonly T[],
  meanings: Readonly<Record<T, string>>,
): Allowed {
  return {
    text: words.map((word) => `${word}: ${meanings[word]}`).join('; '),
    refusalOf: (value) =>
      words.includes(value as T)
        ? undefined
        : `expected one of ${words.join(', ')}, got '${value}'`,
  };
}

/** Certain numbers and no others. */
export function oneOf(values: readonly number[]): Allowed {
  const text = values.join(', ');
  return {
    text,
    refusalOf: (value) =>
      values.includes(value as number) ? undefined : `expected one of ${text}, got ${value}`,
  };
}

/** Widths of a PCIe link. */
export function lanes(values: readonly number[]): Allowed {
  const text = `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;
  return {
    text,
    refusalOf: (value) =>
      values.includes(value as number) ? undefined : `expected ${text} lanes, got ${value}`,
  };
}

/** Numbers from 0 to `most` of three decimals; `zero` says what 0 stands for. */
export function thousandths(most: number, zero: string): Allowed {
  const text = `0..${most} with at most three decimals`;
  return {
    text: `${text}; 0: ${zero}`,
    refusalOf: (value) =>
      isThousandths(value as number, most) ? undefined : `expected ${text}, got ${value}`,
  };
}

/** A figure that the model is built around. */
export function only(wanted: number): Allowed {
  return {
    text: `${wanted} only`,
    refusalOf: (value) =>
      value === wanted ? undefined : `only ${wanted} is modelled, got ${value}`,
  };
}

/** A switch. */
export const FLAG: Allowed = {
  text: 'true, false',
  refusalOf: (value) =>
    typeof value === 'boolean' ? undefined : `expected true or false, got '${value}'`,
};

/** A list of whole numbers from `least` to `most`. */
export function listOf(least: number, most: number): Allowed {
  return {
    text: `a list of ${least}..${most}`,
    refusalOf: (value) => {
      const wrong = (value as readonly number[]).find((each) => !isWhole(each, least, most));
      return wrong === undefined ? undefined : `expected ${least}..${most}, got ${wrong}`;
    },
  };
}

/** The same with a condition that depends on other parameters, and is checked where they are at hand. */
export function also(allowed: Allowed, condition: string): Allowed {
  return { ...allowed, text: `${allowed.text}; ${condition}` };
}

/** What depends on other parameters alone. */
export function whereFits(text: string): Allowed {
  return { text, refusalOf: () => undefined };
}

function isWhole(value: unknown, least: number, most: number): boolean {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
}

/** 0.1 + 0.2 and its like count as three decimals. */
function isThousandths(value: number, most: number): boolean {
  const thousand = value * 1000;
  return (
    thousand >= 0 && thousand <= most * 1000 && Math.abs(thousand - Math.round(thousand)) <= 1e-6
  );
}
