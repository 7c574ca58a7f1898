// How exact numbers are shown: digits grouped on the text itself, nothing rounded unless said.
import { parse, round, toText, type Decimal } from './decimal'

export interface ShowOptions {
  /** Places to show: rounds. Left out: what the text has, without an all-zero fraction. */
  decimals?: number
  /** A plus sign in front of positive numbers. */
  signed?: boolean
}

const minus = '\u2212'

/** "400000.00" → "400,000"; "" → "". Chinese and English group alike, by thousands. */
export function showDecimal(text: string, options: ShowOptions = {}): string {
  const value = parse(text)
  if (!value) return text
  return showValue(value, options)
}

export function showValue(value: Decimal, options: ShowOptions = {}): string {
  const plain = toText(options.decimals === undefined ? value : round(value, options.decimals))
  const negative = plain.startsWith('-')
  const [whole = '0', fraction = ''] = (negative ? plain.slice(1) : plain).split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  const shown = options.decimals === undefined && /^0*$/.test(fraction) ? '' : fraction
  const mark = negative ? minus : options.signed && value.units > 0n ? '+' : ''
  return mark + grouped + (shown ? '.' + shown : '')
}

/** "80.00" → "80%"; "80.25" → "80.25%". */
export function showPercent(text: string): string {
  const value = parse(text)
  if (!value) return ''
  const plain = showDecimal(text)
  return (plain.includes('.') ? plain.replace(/0+$/, '') : plain) + '%'
}

/** Short amounts for axes: 2,000万 / 20M, with `digits` behind the point at most. Not exact; never used
 * where a figure is read. */
export function showShort(value: number, language: string, digits = 1): string {
  const steps: [number, string][] = language.startsWith('zh')
    ? [[1e8, '亿'], [1e4, '万']]
    : [[1e9, 'B'], [1e6, 'M'], [1e3, 'K']]
  for (const [size, unit] of steps) {
    if (Math.abs(value) >= size) {
      return `${(value / size).toLocaleString('en-US', { maximumFractionDigits: digits })}${unit}`
    }
  }
  return value.toLocaleString('en-US', { maximumFractionDigits: digits })
}

export function showBytes(bytes: bigint | number): string {
  let value = Number(bytes)
  for (const unit of ['B', 'KB', 'MB', 'GB']) {
    if (value < 1024 || unit === 'GB') {
      return `${value.toLocaleString('en-US', { maximumFractionDigits: unit === 'B' ? 0 : 1 })} ${unit}`
    }
    value /= 1024
  }
  return ''
}

export function showCount(count: bigint | number): string {
  return showDecimal(count.toString())
}
