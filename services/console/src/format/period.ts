// Periods as the contracts write them: "2026", "2026Q4", "2026-11".

export type Grain = 'year' | 'quarter' | 'month'

export interface Period {
  grain: Grain
  year: number
  part: number // quarter 1..4, month 1..12, 0 for a year
}

export function parsePeriod(text: string): Period | null {
  let match = /^(\d{4})$/.exec(text)
  if (match) return { grain: 'year', year: +match[1]!, part: 0 }
  match = /^(\d{4})Q([1-4])$/.exec(text)
  if (match) return { grain: 'quarter', year: +match[1]!, part: +match[2]! }
  match = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(text)
  if (match) return { grain: 'month', year: +match[1]!, part: +match[2]! }
  return null
}

export function writePeriod({ grain, year, part }: Period): string {
  if (grain === 'year') return `${year}`
  return grain === 'quarter' ? `${year}Q${part}` : `${year}-${String(part).padStart(2, '0')}`
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

export function showPeriod(text: string, language: string): string {
  const period = parsePeriod(text)
  if (!period) return text
  const { grain, year, part } = period
  if (language.startsWith('zh')) {
    if (grain === 'year') return `${year}年`
    return grain === 'quarter' ? `${year}年第${'一二三四'[part - 1]}季度` : `${year}年${part}月`
  }
  if (grain === 'year') return `${year}`
  return grain === 'quarter' ? `Q${part} ${year}` : `${months[part - 1]} ${year}`
}

/** Without the year, for axes. */
export function showPeriodShort(text: string, language: string): string {
  const period = parsePeriod(text)
  if (!period || period.grain === 'year') return text
  if (period.grain === 'quarter') return `Q${period.part}`
  return language.startsWith('zh') ? `${period.part}月` : months[period.part - 1]!
}

/** The same grain, `by` steps later. */
export function shiftPeriod(text: string, by: number): string {
  const period = parsePeriod(text)
  if (!period) return text
  const size = period.grain === 'year' ? 1 : period.grain === 'quarter' ? 4 : 12
  const index = period.year * size + (period.grain === 'year' ? 0 : period.part - 1) + by
  const year = Math.floor(index / size)
  return writePeriod({ ...period, year, part: period.grain === 'year' ? 0 : (index % size) + 1 })
}

/** The period of another grain that holds the end of this one ("2026" as a quarter: "2026Q4"). */
export function asGrain(text: string, grain: Grain): string {
  const period = parsePeriod(text)
  if (!period) return text
  const month = period.grain === 'year' ? 12 : period.grain === 'quarter' ? period.part * 3 : period.part
  if (grain === 'year') return writePeriod({ grain, year: period.year, part: 0 })
  return writePeriod({ grain, year: period.year, part: grain === 'quarter' ? Math.ceil(month / 3) : month })
}

/** All periods of the grain from the year before to the year after. */
export function periodsAround(text: string, grain: Grain): string[] {
  const year = parsePeriod(text)?.year ?? new Date().getFullYear()
  const parts = grain === 'year' ? [0] : Array.from({ length: grain === 'quarter' ? 4 : 12 }, (_, i) => i + 1)
  return [year - 1, year, year + 1].flatMap((y) => parts.map((part) => writePeriod({ grain, year: y, part })))
}

export function periodEnd(text: string): string {
  const month = asGrain(text, 'month')
  const [year, part] = month.split('-')
  const last = new Date(Date.UTC(+year!, +part!, 0)).getUTCDate()
  return `${month}-${String(last).padStart(2, '0')}`
}

/** Today's quarter, by the browser's clock; used only until the server has said the current one. */
export function quarterOf(day: Date): string {
  return writePeriod({ grain: 'quarter', year: day.getFullYear(), part: Math.floor(day.getMonth() / 3) + 1 })
}

/** The months of a year or a quarter; none of a month. */
export function monthsOf(text: string): string[] {
  const period = parsePeriod(text)
  if (!period || period.grain === 'month') return []
  const from = period.grain === 'year' ? 1 : period.part * 3 - 2
  return Array.from({ length: period.grain === 'year' ? 12 : 3 }, (_, i) => writePeriod({ grain: 'month', year: period.year, part: from + i }))
}

/** First and last day, as "2026-10-01". */
export function daysOf(text: string): { first: string; last: string } | null {
  const period = parsePeriod(text)
  if (!period) return null
  const [from, to] = period.grain === 'year' ? [1, 12] : period.grain === 'quarter' ? [period.part * 3 - 2, period.part * 3] : [period.part, period.part]
  const lastDay = new Date(Date.UTC(period.year, to, 0)).getUTCDate()
  const two = (n: number) => String(n).padStart(2, '0')
  return { first: `${period.year}-${two(from)}-01`, last: `${period.year}-${two(to)}-${two(lastDay)}` }
}
