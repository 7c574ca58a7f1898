// The sheet of targets as cells: what is typed, pasted and copied, and the sums that follow at once.
import type { Decimal } from './decimal'
import { add, parse, parseTyped, subtract, toText, zero } from './decimal'

/** Where a cell stands: the owner's key ("1/10": kind and id), and the number of the column. */
export const cellKey = (owner: string, column: number): string => `${owner}:${column}`

export type Typed =
  | { kind: 'value'; text: string }
  | { kind: 'none' } // nothing is to change
  | { kind: 'wrong'; why: 'number' | 'negative' | 'fine' | 'large' }

const largest: Decimal = { units: 10n ** 15n, scale: 0 }

/** What somebody typed into a cell of an indicator with so many decimals. */
export function readCell(text: string, decimals: number): Typed {
  if (text.trim() === '') return { kind: 'none' }
  const value = parseTyped(text)
  if (!value) return { kind: 'wrong', why: 'number' }
  if (value.units < 0n) return { kind: 'wrong', why: 'negative' }
  if (subtract(value, largest).units > 0n) return { kind: 'wrong', why: 'large' }
  const surplus = value.scale - decimals
  if (surplus > 0 && value.units % 10n ** BigInt(surplus) !== 0n) return { kind: 'wrong', why: 'fine' }
  const exact = surplus > 0 ? { units: value.units / 10n ** BigInt(surplus), scale: decimals } : value
  return { kind: 'value', text: toText(exact) }
}

/** The same number, however it is written. */
export function sameValue(a: string, b: string): boolean {
  const [left, right] = [parse(a), parse(b)]
  return left && right ? subtract(left, right).units === 0n : a === b
}

/** A block as spreadsheets copy it: rows by line ends, cells by tabs, cells with either in quotes. */
export function readBlock(text: string): string[][] {
  const rows: string[][] = [[]]
  let cell = ''
  let quoted = false
  const plain = text.replace(/\r\n?/g, '\n').replace(/\n$/, '')
  for (let i = 0; i < plain.length; i++) {
    const char = plain[i]!
    if (quoted) {
      if (char !== '"') cell += char
      else if (plain[i + 1] === '"') { cell += '"'; i++ } else quoted = false
    } else if (char === '"' && cell === '') quoted = true
    else if (char === '\t' || char === '\n') {
      rows[rows.length - 1]!.push(cell)
      cell = ''
      if (char === '\n') rows.push([])
    } else cell += char
  }
  rows[rows.length - 1]!.push(cell)
  return rows
}

export const writeBlock = (rows: string[][]): string => rows.map((row) => row.join('\t')).join('\n')

/** A child's change as its parent's sum sees it. */
export function sumWith(base: string, changes: { before: string; after: string }[]): Decimal {
  return changes.reduce((sum, one) => subtract(add(sum, parse(one.after) ?? zero), parse(one.before) ?? zero), parse(base) ?? zero)
}
