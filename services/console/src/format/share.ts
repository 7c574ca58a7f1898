// Shares of counts as exact percent text, and the widths of bars that show them.
import { divide, toText } from './decimal'

/** 2 of 3 = "66.7"; "" of nothing. */
export function shareText(part: bigint, whole: bigint, decimals = 1): string {
  const percent = divide({ units: part * 100n, scale: 0 }, { units: whole, scale: 0 }, decimals)
  return percent ? toText(percent) : ''
}

/** For the geometry of bars: percents of a whole. An overdue task is also an open one. */
export function widths(done: bigint, open: bigint, overdue: bigint): { done: number; open: number; overdue: number } {
  const whole = Number(done + open)
  if (whole === 0) return { done: 0, open: 0, overdue: 0 }
  const late = overdue > open ? open : overdue
  return { done: (Number(done) / whole) * 100, open: (Number(open - late) / whole) * 100, overdue: (Number(late) / whole) * 100 }
}
