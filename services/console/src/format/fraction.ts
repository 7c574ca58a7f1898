// Exact fractions of bigints, for looking ahead at what a rule gives; rounded once, half-up.
import { parseTyped, toText } from './decimal'

export interface Fraction {
  n: bigint
  d: bigint // > 0
}
export const make = (n: bigint, d: bigint): Fraction => (d < 0n ? { n: -n, d: -d } : { n, d })
export const one: Fraction = { n: 1n, d: 1n }
export const nought: Fraction = { n: 0n, d: 1n }
export const plus = (a: Fraction, b: Fraction) => make(a.n * b.d + b.n * a.d, a.d * b.d)
export const minus = (a: Fraction, b: Fraction) => make(a.n * b.d - b.n * a.d, a.d * b.d)
export const times = (a: Fraction, b: Fraction) => make(a.n * b.n, a.d * b.d)
/** b is not 0. */
export const over = (a: Fraction, b: Fraction) => make(a.n * b.d, a.d * b.n)
export const less = (a: Fraction, b: Fraction) => a.n * b.d < b.n * a.d
export const equal = (a: Fraction, b: Fraction) => a.n * b.d === b.n * a.d

/** What a person types; null if it is no number. */
export function fraction(typed: string): Fraction | null {
  const value = parseTyped(typed)
  return value && { n: value.units, d: 10n ** BigInt(value.scale) }
}

/** As text, half away from zero. */
export function rounded(value: Fraction, decimals: number): string {
  const negative = value.n < 0n
  const top = (negative ? -value.n : value.n) * 10n ** BigInt(decimals)
  const units = (top * 2n + value.d) / (value.d * 2n)
  return toText({ units: negative ? -units : units, scale: decimals })
}

/** Between the two, where they are given. */
export function held(value: Fraction, lowest: Fraction | null, highest: Fraction | null): Fraction {
  if (highest && less(highest, value)) return highest
  return lowest && less(value, lowest) ? lowest : value
}

/** For the geometry of charts alone. */
export const near = (value: Fraction) => Number(rounded(value, 6))
