// The sheet of targets while it is being worked on: which rows are shown, what was typed, what follows,
// what the service refused.
import { computed, reactive, ref, type Ref } from 'vue'
import { OwnerKind, type Indicator } from '@gen/goals/v1/events_pb'
import type { RefusedCell, SheetCell, SheetRow } from '@gen/goals/v1/sheet_pb'
import { parse, sign, subtract, toText } from '@/format/decimal'
import { cellKey, readCell, sameValue, sumWith, type Typed } from '@/format/sheet'

export interface Column {
  indicator: Indicator
  period: string
}
export interface Line {
  row: SheetRow
  key: string
  index: number // among all rows
  unit: boolean
  parted: boolean // rows below it are there
  folded: boolean
  parent: string // key of the unit above
}
export interface Cell {
  shown: string
  edited: boolean
  wrong: Extract<Typed, { kind: 'wrong' }>['why'] | ''
  refused: RefusedCell | null
  left: string // "" = nothing to say
  version: bigint
  pinned: boolean
  periodsLeft: string
}

/** `follow`: those below a changed one go along when it is saved. */
export function useSheet(rows: Ref<SheetRow[]>, columns: Ref<Column[]>, follow: Ref<boolean>) {
  const edits = reactive(new Map<string, string>()) // as typed
  const folded = reactive(new Set<string>())
  const refused = reactive(new Map<string, RefusedCell>())
  const done = ref<Map<string, string | undefined>[]>([]) // what each step replaced

  const all = computed<Line[]>(() => rows.value.map((row, index) => {
    const key = `${row.ownerKind}/${row.ownerId}`
    return { row, key, index, unit: row.ownerKind === OwnerKind.UNIT, parted: (rows.value[index + 1]?.depth ?? 0) > row.depth, folded: folded.has(key), parent: `${OwnerKind.UNIT}/${row.aboveId}` }
  }))
  const byKey = computed(() => new Map(all.value.map((line) => [line.key, line])))
  const lines = computed<Line[]>(() => {
    let hidden = -1 // deeper than this is folded away
    return all.value.filter((line) => {
      if (hidden >= 0 && line.row.depth > hidden) return false
      hidden = line.unit && line.folded ? line.row.depth : -1
      return true
    })
  })
  const stored = (line: Line, column: number): SheetCell | undefined => line.row.cells[column]
  const typed = (line: Line, column: number): Typed | null => {
    const text = edits.get(cellKey(line.key, column))
    return text === undefined ? null : readCell(text, columns.value[column]?.indicator.decimals ?? 0)
  }
  const changed = (line: Line, column: number): string | null => {
    const now = typed(line, column)
    if (now?.kind !== 'value') return null
    const before = stored(line, column)
    return before?.targetId && sameValue(before.value, now.text) ? null : now.text
  }
  // By parent and column: what its children's edits change. Edits are few, rows many.
  const moves = computed(() => {
    const found = new Map<string, { before: string; after: string }[]>()
    for (const key of edits.keys()) {
      const at = key.lastIndexOf(':')
      const line = byKey.value.get(key.slice(0, at))
      const column = Number(key.slice(at + 1))
      const after = line ? changed(line, column) : null
      if (!line || after === null) continue
      const parent = cellKey(line.parent, column)
      found.set(parent, [...(found.get(parent) ?? []), { before: stored(line, column)?.value ?? '', after }])
    }
    return found
  })
  function cell(line: Line, column: number): Cell {
    const before = stored(line, column)
    const now = typed(line, column)
    const value = now?.kind === 'value' ? now.text : (before?.value ?? '')
    const moved = moves.value.get(cellKey(line.key, column)) ?? []
    const additive = columns.value[column]?.indicator.additive ?? false
    const sum = additive && line.unit && (before?.childrenSum || moved.length) ? sumWith(before?.childrenSum ?? '', moved) : null
    const whole = parse(value)
    const edited = changed(line, column) !== null
    const goesAlong = edited && follow.value && moved.length === 0
    return {
      shown: edits.get(cellKey(line.key, column)) ?? before?.value ?? '',
      edited, wrong: now?.kind === 'wrong' ? now.why : '',
      refused: refused.get(cellKey(line.key, column)) ?? null,
      left: sum && whole && !goesAlong ? toText(subtract(whole, sum)) : '',
      version: before?.version ?? 0n, pinned: before?.pinned ?? false, periodsLeft: before?.periodsLeft ?? '',
    }
  }

  /** Several cells at once are one step back. */
  function type(changes: { line: Line; column: number; text: string }[]): void {
    const replaced = new Map<string, string | undefined>()
    for (const { line, column, text } of changes) {
      if (!line.row.changeable || !columns.value[column]) continue
      const key = cellKey(line.key, column)
      replaced.set(key, edits.get(key))
      refused.delete(key)
      const before = stored(line, column)
      if (text.trim() === '' || (before?.targetId && sameValue(before.value, text))) edits.delete(key)
      else edits.set(key, text)
    }
    if (replaced.size > 0) done.value.push(replaced)
  }
  function undo(): void {
    for (const [key, text] of done.value.pop() ?? []) {
      if (text === undefined) edits.delete(key)
      else edits.set(key, text)
    }
  }
  function clear(): void {
    edits.clear()
    refused.clear()
    done.value = []
  }
  const wrong = computed(() => [...edits.entries()].filter(([key, text]) => readCell(text, columns.value[Number(key.slice(key.lastIndexOf(':') + 1))]?.indicator.decimals ?? 0).kind === 'wrong').length)
  /** What is to be saved; row and column number the sheet as it stands. */
  const changes = computed(() => [...edits.keys()].flatMap((key) => {
    const at = key.lastIndexOf(':')
    const line = byKey.value.get(key.slice(0, at))
    const column = Number(key.slice(at + 1))
    const value = line ? changed(line, column) : null
    const where = columns.value[column]
    if (!line || value === null || !where) return []
    const version = stored(line, column)?.version ?? 0n
    return [{ row: line.index, column, ownerKind: line.row.ownerKind, ownerId: line.row.ownerId, indicatorId: where.indicator.id, period: where.period, value, expectedVersion: version || -1n }]
  }))
  function refuse(answers: RefusedCell[]): void {
    refused.clear()
    for (const one of answers) {
      const line = all.value[one.row]
      if (line) refused.set(cellKey(line.key, one.column), one)
    }
  }
  /** Over-assigned by what was typed: the units whose children would come to more. */
  const over = computed(() => {
    const found: { line: Line; column: number; left: string }[] = []
    const seen = new Set([...moves.value.keys(), ...edits.keys()])
    for (const key of seen) {
      const at = key.lastIndexOf(':')
      const line = byKey.value.get(key.slice(0, at))
      const column = Number(key.slice(at + 1))
      const left = line ? cell(line, column).left : ''
      const value = parse(left)
      if (line && value && sign(value) < 0) found.push({ line, column, left })
    }
    return found
  })
  return { all, lines, cell, type, undo, clear, folded, edits, changes, wrong, over, refused, refuse, canUndo: computed(() => done.value.length > 0) }
}
export type Sheet = ReturnType<typeof useSheet>
