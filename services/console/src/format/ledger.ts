// The delay ledger as rows of one person, stage or unit with a cell for each cycle compared.
import type { LedgerRow } from '@gen/workflow/v1/workflow_pb'
import { shareText } from './share'

export interface LedgerLine {
  key: string
  name: string
  nameEn: string
  /** One for each cycle, in the order asked; null: not in that cycle. */
  cells: (LedgerRow | null)[]
}

export type LedgerOrder = 'rank' | 'median' | 'early' | 'escalated' | 'tasks'

/** Lines ordered by what they say of the newest cycle (the last); who is not in it comes last. */
export function ledgerLines(rows: LedgerRow[], cycleIds: bigint[], order: LedgerOrder = 'rank'): LedgerLine[] {
  const lines = new Map<string, LedgerLine>()
  for (const row of rows) {
    const key = row.code || String(row.id)
    let line = lines.get(key)
    if (!line) lines.set(key, (line = { key, name: row.name, nameEn: row.nameEn, cells: cycleIds.map(() => null) }))
    const at = cycleIds.indexOf(row.cycleId)
    if (at >= 0) line.cells[at] = row
  }
  const worth = (line: LedgerLine): [number, bigint] => {
    const cell = line.cells.at(-1)
    if (!cell) return [2, 0n]
    if (order === 'tasks') return [0, -cell.tasks]
    if (order === 'escalated') return [0, -cell.escalated]
    if (cell.decided === 0n) return [1, 0n]
    if (order === 'median') return [0, cell.medianS]
    if (order === 'early') return [0, -(cell.beforeFirstReminder * 10_000n) / cell.decided]
    return cell.rank > 0 ? [0, BigInt(cell.rank)] : [1, 0n]
  }
  return [...lines.values()]
    .map((line, index) => ({ line, index, worth: worth(line) }))
    .sort((a, b) => a.worth[0] - b.worth[0] || (a.worth[1] < b.worth[1] ? -1 : a.worth[1] > b.worth[1] ? 1 : a.index - b.index))
    .map(({ line }) => line)
}

export const ledgerColumns = ['cycle', 'name', 'rank', 'tasks', 'decided', 'on_time', 'on_time_percent', 'before_first_reminder',
  'before_first_reminder_percent', 'escalated', 'reminders', 'mean_s', 'median_s', 'longest_s'] as const

/** For spreadsheets: a row for each line and cycle, seconds as seconds. */
export function ledgerTable(lines: LedgerLine[], cycleNames: string[], english: boolean): string[][] {
  return lines.flatMap((line) =>
    line.cells.flatMap((cell, index) => (cell ? [[
      cycleNames[index] ?? '', english && line.nameEn ? line.nameEn : line.name, cell.rank ? String(cell.rank) : '',
      ...[cell.tasks, cell.decided, cell.onTime].map(String), shareText(cell.onTime, cell.tasks),
      String(cell.beforeFirstReminder), shareText(cell.beforeFirstReminder, cell.decided),
      ...[cell.escalated, cell.reminders, cell.meanS, cell.medianS, cell.longestS].map(String),
    ]] : [])),
  )
}
