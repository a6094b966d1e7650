/**
 * Natural logarithm and exponential out of additions, multiplications and divisions, which every machine
 * rounds alike. `Math.log` and `Math.exp` may differ in the last bit between engines and processors, and one
 * bit is enough for another page number: a seed would then give other bytes elsewhere.
 */

/**
 * Coefficients of the series, the highest power first; the next would be below 2^-53 in the ranges that are
 * left to them: 1 / (2n + 1) of artanh, 1 / n! of e^x. Loops that divide take three times as long (Node 20).
 */
const ARTANH = Float64Array.from({ length: 11 }, (_, at) => 1 / (2 * (10 - at) + 1));
const POWERS = Float64Array.from({ length: 15 }, (_, at) => 1 / factorial(14 - at));
/** Below, three terms of a series are exact and the quotient itself would cancel. */
const SMALL = 1e-5;

const HIGH_HALF = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0;
const number = new Float64Array(1);
const halves = new Uint32Array(number.buffer);
const EXPONENT_BIAS = 1023;
const FRACTION_MASK = 0x000f_ffff;
const FRACTION_BITS = 20;

/** ln x of a normal number above 0, to about 1 part in 2^52. */
export function logarithm(x: number): number {
  number[0] = x;
  let exponent = (halves[HIGH_HALF] >>> FRACTION_BITS) - EXPONENT_BIAS;
  halves[HIGH_HALF] = (halves[HIGH_HALF] & FRACTION_MASK) | (EXPONENT_BIAS << FRACTION_BITS);
  let mantissa = number[0];
  if (mantissa > Math.SQRT2) {
    mantissa /= 2;
    exponent += 1;
  }
  // ln m = 2 artanh((m - 1) / (m + 1)).
  const ratio = (mantissa - 1) / (mantissa + 1);
  const square = ratio * ratio;
  let sum = 0;
  for (let term = 0; term < ARTANH.length; term += 1) sum = sum * square + ARTANH[term];
  return exponent * Math.LN2 + 2 * ratio * sum;
}

/** e^x of a number between -700 and 700, to about 1 part in 2^50. */
export function exponential(x: number): number {
  const exponent = Math.round(x / Math.LN2);
  const rest = x - exponent * Math.LN2;
  let sum = 0;
  for (let term = 0; term < POWERS.length; term += 1) sum = sum * rest + POWERS[term];
  halves[HIGH_HALF] = (exponent + EXPONENT_BIAS) << FRACTION_BITS;
  halves[1 - HIGH_HALF] = 0;
  return sum * number[0];
}

/** (e^x - 1) / x, 1 at 0. */
export function exponentialSlope(x: number): number {
  return Math.abs(x) < SMALL ? 1 + x / 2 + (x * x) / 6 : (exponential(x) - 1) / x;
}

/** ln(1 + x) / x for x above -1, 1 at 0. */
export function logarithmSlope(x: number): number {
  return Math.abs(x) < SMALL ? 1 - x / 2 + (x * x) / 3 : logarithm(1 + x) / x;
}

function factorial(n: number): number {
  return n === 0 ? 1 : n * factorial(n - 1);
}
