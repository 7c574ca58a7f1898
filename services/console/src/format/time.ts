// Instants (microseconds since 1970) and dates, in the words of the chosen language.

export function showInstant(us: bigint, language: string): string {
  if (us === 0n) return ''
  return new Intl.DateTimeFormat(language, {
    year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit',
    hourCycle: 'h23',
  }).format(Number(us / 1000n))
}

/** To the minute, for deadlines and history. */
export function showMinute(us: bigint, language: string): string {
  if (us === 0n) return ''
  return new Intl.DateTimeFormat(language, {
    year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23',
  }).format(Number(us / 1000n))
}

export function showClock(us: bigint, language: string): string {
  if (us === 0n) return ''
  return new Intl.DateTimeFormat(language, {
    hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23',
  }).format(Number(us / 1000n))
}

export function showDate(date: string, language: string): string {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(date)
  if (!match) return date
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeZone: 'UTC' }).format(
    Date.UTC(+match[1]!, +match[2]! - 1, +match[3]!),
  )
}

/** "3 分钟前", "in 2 hours"; `now` in milliseconds. */
export function showAgo(us: bigint, now: number, language: string): string {
  const seconds = Math.round((Number(us / 1000n) - now) / 1000)
  const words = new Intl.RelativeTimeFormat(language, { numeric: 'auto' })
  const steps: [number, Intl.RelativeTimeFormatUnit][] = [[86400, 'day'], [3600, 'hour'], [60, 'minute']]
  for (const [size, unit] of steps) {
    if (Math.abs(seconds) >= size) return words.format(Math.trunc(seconds / size), unit)
  }
  return words.format(Math.abs(seconds) < 5 ? 0 : seconds, 'second')
}

export function showDuration(milliseconds: bigint | number, language: string): string {
  let seconds = Math.floor(Number(milliseconds) / 1000)
  const zh = language.startsWith('zh')
  const words: [number, string, string][] = [[86400, '天', 'd'], [3600, '小时', 'h'], [60, '分', 'min'], [1, '秒', 's']]
  const out: string[] = []
  for (const [size, chinese, english] of words) {
    const count = Math.floor(seconds / size)
    if (count > 0 && out.length < 2) out.push(`${count}${zh ? '' : ' '}${zh ? chinese : english}`)
    seconds %= size
  }
  return out.join(' ') || (zh ? '不到1秒' : 'under 1 s')
}

/** A date as the contracts write it, from the browser's day. */
export function isoDate(day: Date): string {
  return `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, '0')}-${String(day.getDate()).padStart(2, '0')}`
}
