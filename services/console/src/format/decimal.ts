// Exact decimals as the contracts carry them: text such as "400000.00". Money, targets, weights and
// scores never become floating point here; `toNumber` is for the geometry of charts alone.

export interface Decimal {
  units: bigint // the number times 10^scale
  scale: number
}

const pattern = /^([+-]?)(\d+)(?:\.(\d+))?$/

/** "" and nonsense are null: there is no number. */
export function parse(text: string): Decimal | null {
  const match = pattern.exec(text.trim())
  if (!match) return null
  const fraction = match[3] ?? ''
  const units = BigInt(match[2]! + fraction)
  return { units: match[1] === '-' ? -units : units, scale: fraction.length }
}

/** What a person types: grouping commas, full-width digits and spaces are taken; null if no number. */
export function parseTyped(text: string): Decimal | null {
  const plain = text
    .normalize('NFKC')
    .replace(/[\s\u00a0_]/g, '')
    .replace(/,(?=\d)/g, '')
  return parse(plain.replace(/^\./, '0.').replace(/\.$/, ''))
}

export function toText({ units, scale }: Decimal): string {
  const negative = units < 0n
  const digits = (negative ? -units : units).toString().padStart(scale + 1, '0')
  const whole = digits.slice(0, digits.length - scale)
  const fraction = scale > 0 ? '.' + digits.slice(digits.length - scale) : ''
  return (negative ? '-' : '') + whole + fraction
}

function aligned(a: Decimal, b: Decimal): [bigint, bigint, number] {
  const scale = Math.max(a.scale, b.scale)
  return [a.units * 10n ** BigInt(scale - a.scale), b.units * 10n ** BigInt(scale - b.scale), scale]
}

export const zero: Decimal = { units: 0n, scale: 0 }

export function add(a: Decimal, b: Decimal): Decimal {
  const [x, y, scale] = aligned(a, b)
  return { units: x + y, scale }
}

export function subtract(a: Decimal, b: Decimal): Decimal {
  return add(a, { units: -b.units, scale: b.scale })
}

export function multiply(a: Decimal, b: Decimal): Decimal {
  return { units: a.units * b.units, scale: a.scale + b.scale }
}

export function compare(a: Decimal, b: Decimal): number {
  const [x, y] = aligned(a, b)
  return x < y ? -1 : x > y ? 1 : 0
}

export function sign(a: Decimal): number {
  return a.units < 0n ? -1 : a.units > 0n ? 1 : 0
}

export function sum(all: Iterable<Decimal>): Decimal {
  let total = zero
  for (const one of all) total = add(total, one)
  return total
}

/** With exactly `decimals` places, rounded half-up (away from zero). */
export function round(a: Decimal, decimals: number): Decimal {
  if (a.scale <= decimals) {
    return { units: a.units * 10n ** BigInt(decimals - a.scale), scale: decimals }
  }
  const unit = 10n ** BigInt(a.scale - decimals)
  const magnitude = a.units < 0n ? -a.units : a.units
  const rounded = (magnitude * 2n + unit) / (unit * 2n)
  return { units: a.units < 0n ? -rounded : rounded, scale: decimals }
}

/** a / b at `decimals` places, half-up; null for b = 0. */
export function divide(a: Decimal, b: Decimal, decimals: number): Decimal | null {
  const [x, y] = aligned(a, b)
  if (y === 0n) return null
  const negative = x < 0n !== y < 0n
  const top = (x < 0n ? -x : x) * 10n ** BigInt(decimals)
  const bottom = y < 0n ? -y : y
  const rounded = (top * 2n + bottom) / (bottom * 2n)
  return { units: negative ? -rounded : rounded, scale: decimals }
}

/**
 * `amount` cut in proportion to `shares` at `decimals` places by largest remainder, so that the
 * parts add up to the amount. Null when no share is above zero.
 */
export function apportion(amount: Decimal, shares: Decimal[], decimals: number): Decimal[] | null {
  const scale = Math.max(0, ...shares.map((share) => share.scale))
  const weights = shares.map((share) => share.units * 10n ** BigInt(scale - share.scale))
  const total = weights.reduce((a, b) => a + b, 0n)
  if (total <= 0n || weights.some((weight) => weight < 0n)) return null
  const whole = round(amount, decimals).units
  const negative = whole < 0n
  const cents = negative ? -whole : whole
  const parts = weights.map((weight, index) => ({
    index,
    units: (cents * weight) / total,
    rest: (cents * weight) % total,
  }))
  let left = cents - parts.reduce((a, part) => a + part.units, 0n)
  for (const part of [...parts].sort((a, b) => (a.rest < b.rest ? 1 : a.rest > b.rest ? -1 : a.index - b.index))) {
    if (left <= 0n) break
    part.units += 1n
    left -= 1n
  }
  return parts.map((part) => ({ units: negative ? -part.units : part.units, scale: decimals }))
}

/** For the geometry of charts and bars only. */
export function toNumber(text: string): number | null {
  return parse(text) ? Number(text) : null
}
