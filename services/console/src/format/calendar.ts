// A year of working days: Monday to Friday, with exceptions. Days are dates as text; no time zone.
export interface DayException {
  date: string
  working: boolean
  name: string
}
export interface Day {
  date: string
  day: number
  weekend: boolean
  working: boolean
  /** An exception from Monday to Friday, with its name. */
  exception: DayException | null
}
export interface Month {
  month: number // 1..12
  /** Weeks from Monday; null before the first and after the last. */
  weeks: (Day | null)[][]
  working: number
}

const two = (value: number) => String(value).padStart(2, '0')

export function isDate(text: string): boolean {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text)
  if (!match) return false
  const day = new Date(Date.UTC(+match[1]!, +match[2]! - 1, +match[3]!))
  return day.getUTCMonth() === +match[2]! - 1 && day.getUTCDate() === +match[3]!
}

export function yearOf(year: number, exceptions: DayException[]): Month[] {
  const known = new Map(exceptions.map((one) => [one.date, one]))
  return Array.from({ length: 12 }, (_, index) => {
    const count = new Date(Date.UTC(year, index + 1, 0)).getUTCDate()
    const first = (new Date(Date.UTC(year, index, 1)).getUTCDay() + 6) % 7 // Monday = 0
    const cells: (Day | null)[] = Array.from({ length: first }, () => null)
    for (let day = 1; day <= count; day++) {
      const date = `${year}-${two(index + 1)}-${two(day)}`
      const weekend = (first + day - 1) % 7 >= 5
      const exception = known.get(date) ?? null
      cells.push({ date, day, weekend, working: exception ? exception.working : !weekend, exception })
    }
    while (cells.length % 7 !== 0) cells.push(null)
    const weeks = Array.from({ length: cells.length / 7 }, (_, week) => cells.slice(week * 7, week * 7 + 7))
    return { month: index + 1, weeks, working: cells.filter((cell) => cell?.working).length }
  })
}

/** What pressing a day does: a day off becomes a working day, and back; an exception that says what the week says anyway is none. */
export function toggled(exceptions: DayException[], day: Day, name: string): DayException[] {
  const others = exceptions.filter((one) => one.date !== day.date)
  const working = !day.working
  if (working === !day.weekend) return others
  return [...others, { date: day.date, working, name }].sort((a, b) => (a.date < b.date ? -1 : 1))
}

export interface Stretch {
  from: string
  to: string
  days: number
  working: boolean
  name: string
}

/** Neighbouring exceptions of the same name and kind as one line: "国庆节 10-01 – 10-07". */
export function stretches(exceptions: DayException[]): Stretch[] {
  const out: Stretch[] = []
  for (const one of [...exceptions].sort((a, b) => (a.date < b.date ? -1 : 1))) {
    const last = out.at(-1)
    const next = last ? new Date(Date.parse(`${last.to}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10) : ''
    if (last && next === one.date && last.name === one.name && last.working === one.working) {
      last.to = one.date
      last.days++
    } else {
      out.push({ from: one.date, to: one.date, days: 1, working: one.working, name: one.name })
    }
  }
  return out
}

/** "+08:00" of 480 minutes. */
export function offsetText(minutes: number): string {
  const size = Math.abs(minutes)
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`
}
