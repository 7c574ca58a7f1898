import { describe, expect, it } from 'vitest'
import { create } from '@bufbuild/protobuf'
import { HeldBy, SeatMode, SeatSchema, SeatState, SubjectKind, TaskSchema, TaskState } from '@gen/workflow/v1/events_pb'
import { DefinitionSchema, LedgerRowSchema } from '@gen/workflow/v1/workflow_pb'
import { byUrgency, deciders, isMoved, seatHeldBy, seatsDone, urgencyOf } from './task'
import { shareText, widths } from './share'
import { shownFacts } from './facts'
import { isDate, offsetText, stretches, toggled, yearOf } from './calendar'
import { changesOnly, lineDiff } from './difference'
import { drawStages, tracksOf } from './stages'
import { ledgerColumns, ledgerLines, ledgerTable } from './ledger'

const hour = 3_600_000

describe('tasks', () => {
  it.each([
    [-1, false, 'overdue'], [hour, false, 'today'], [24 * hour, false, 'today'], [25 * hour, false, 'soon'], [73 * hour, false, 'calm'], [73 * hour, true, 'overdue'],
  ])('due in %i ms, overdue %s: %s', (left, overdue, expected) =>
    expect(urgencyOf({ state: TaskState.OPEN, overdue, dueAtUs: BigInt(1_000_000 + left) * 1000n }, 1_000_000)).toBe(expected))
  it('a decided task presses nobody, a task without deadline neither', () => {
    expect(urgencyOf({ state: TaskState.DECIDED, overdue: true, dueAtUs: 0n }, 0)).toBe('closed')
    expect(urgencyOf({ state: TaskState.OPEN, overdue: false, dueAtUs: 0n }, 0)).toBe('calm')
  })
  it('knows who holds whose right', () => {
    const owned = create(SeatSchema, { number: 1, ownerId: 1n, holderId: 1n, heldBy: HeldBy.OWNER, state: SeatState.DONE })
    const escalated = create(SeatSchema, { number: 2, ownerId: 2n, holderId: 9n, heldBy: HeldBy.ESCALATION, state: SeatState.OPEN })
    const again = create(SeatSchema, { number: 3, ownerId: 3n, holderId: 9n, heldBy: HeldBy.DELEGATION, state: SeatState.OPEN })
    const task = create(TaskSchema, { mode: SeatMode.ALL, seats: [owned, escalated, again] })
    expect(seatHeldBy(task, 9n)?.number).toBe(2)
    expect(seatHeldBy(task, 1n)).toBeUndefined()
    expect([isMoved(owned), isMoved(escalated)]).toEqual([false, true])
    expect(deciders(task).map((seat) => seat.number)).toEqual([2])
    expect(seatsDone(task)).toEqual({ done: 1, all: 3 })
    expect(seatsDone(create(TaskSchema, { mode: SeatMode.ONE, seats: [owned] }))).toBeNull()
  })
  it('puts what is overdue first, then what is due first', () => {
    const make = (id: bigint, dueAtUs: bigint, overdue = false) => create(TaskSchema, { id, dueAtUs, overdue })
    expect([make(1n, 50n), make(2n, 10n), make(3n, 99n, true), make(4n, 10n)].sort(byUrgency).map((task) => task.id)).toEqual([3n, 2n, 4n, 1n])
  })
})

describe('shares', () => {
  it.each([[2n, 3n, '66.7'], [0n, 5n, '0.0'], [5n, 5n, '100.0'], [1n, 0n, '']])('%s of %s is %s', (part, whole, text) => expect(shareText(part, whole)).toBe(text))
  it('bars add up to the whole, overdue being part of open', () => {
    expect(widths(2n, 2n, 1n)).toEqual({ done: 50, open: 25, overdue: 25 })
    expect(widths(0n, 0n, 0n)).toEqual({ done: 0, open: 0, overdue: 0 })
    expect(widths(1n, 1n, 5n)).toEqual({ done: 50, open: 0, overdue: 50 })
  })
})

describe('facts', () => {
  it('puts the figures of a change first and reads each as what it is', () => {
    const shown = shownFacts([
      { name: 'indicator', value: '销售额' }, { name: 'raise_percent', value: '25.00' }, { name: 'period', value: '2026' },
      { name: 'new_value', value: '25000000' }, { name: 'old_value', value: '20000000' },
    ])
    expect(shown.map((fact) => `${fact.name}=${fact.text}`)).toEqual(['old_value=20,000,000', 'new_value=25,000,000', 'raise_percent=25%', 'indicator=销售额', 'period=2026'])
    expect(shown.map((fact) => fact.leading)).toEqual([true, true, true, false, false])
  })
})

describe('calendar', () => {
  const golden = [
    { date: '2026-10-01', working: false, name: '国庆节' }, { date: '2026-10-02', working: false, name: '国庆节' },
    { date: '2026-10-10', working: true, name: '调休上班' },
  ]
  it('lays out months from Monday', () => {
    const october = yearOf(2026, golden)[9]!
    expect(october.weeks[0]!.map((day) => day?.day ?? 0)).toEqual([0, 0, 0, 1, 2, 3, 4])
    expect(october.weeks.flat().filter(Boolean)).toHaveLength(31)
    expect(october.working).toBe(22 - 2 + 1)
    expect(yearOf(2028, [])[1]!.weeks.flat().filter(Boolean)).toHaveLength(29)
  })
  it('toggles a day and forgets an exception that says nothing new', () => {
    const day = (date: string, known = golden) => yearOf(2026, known).flatMap((month) => month.weeks.flat()).find((one) => one?.date === date)!
    const off = toggled(golden, day('2026-10-08'), '企业假')
    expect(off).toContainEqual({ date: '2026-10-08', working: false, name: '企业假' })
    expect(toggled(off, day('2026-10-08', off), '')).toEqual(golden)
    expect(toggled(golden, day('2026-10-10'), '').map((one) => one.date)).toEqual(['2026-10-01', '2026-10-02'])
  })
  it('joins neighbouring days of one name', () => {
    expect(stretches(golden)).toEqual([
      { from: '2026-10-01', to: '2026-10-02', days: 2, working: false, name: '国庆节' },
      { from: '2026-10-10', to: '2026-10-10', days: 1, working: true, name: '调休上班' },
    ])
  })
  it.each([['2026-02-28', true], ['2026-02-29', false], ['2026-13-01', false], ['26-1-1', false]])('%s is a date: %s', (text, good) => expect(isDate(text)).toBe(good))
  it.each([[480, '+08:00'], [-210, '-03:30'], [0, '+00:00']])('%i minutes are %s', (minutes, text) => expect(offsetText(minutes)).toBe(text))
})

describe('versions compared', () => {
  it('says what went and what came', () => {
    const lines = lineDiff('a\nb\nc\n', 'a\nx\nc\nd\n')
    expect(lines.map((line) => `${line.kind[0]}${line.text}`)).toEqual(['sa', 'gb', 'nx', 'sc', 'nd'])
    expect(lines.map((line) => [line.before, line.after])).toEqual([[1, 1], [2, 0], [0, 2], [3, 3], [0, 4]])
    expect(lineDiff('', 'a').map((line) => line.kind)).toEqual(['new'])
    expect(lineDiff('a', 'a').map((line) => line.kind)).toEqual(['same'])
  })
  it('rebuilds both texts from what it found', () => {
    let seed = 7
    const random = () => (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648
    for (let round = 0; round < 50; round++) {
      const [before, after] = [0, 1].map(() => Array.from({ length: Math.floor(random() * 12) + 1 }, () => 'abc'[Math.floor(random() * 3)]!).join('\n'))
      const lines = lineDiff(before!, after!)
      expect(lines.filter((line) => line.kind !== 'new').map((line) => line.text).join('\n')).toBe(before)
      expect(lines.filter((line) => line.kind !== 'gone').map((line) => line.text).join('\n')).toBe(after)
    }
  })
  it('leaves out what is far from any change', () => {
    const far = Array.from({ length: 20 }, (_, index) => `l${index}`)
    const shown = changesOnly(lineDiff(far.join('\n'), [...far.slice(0, 10), 'new', ...far.slice(10)].join('\n')), 2)
    expect(shown.map((line) => line?.text ?? '…')).toEqual(['…', 'l8', 'l9', 'new', 'l10', 'l11', '…'])
  })
})

describe('the drawing of a definition', () => {
  const unit = SubjectKind.UNIT
  const outcome = (code: string, to: string) => ({ code, to })
  const definition = create(DefinitionSchema, { stages: [
    { code: 'submit', subject: unit, outcomes: [outcome('submit', 'next')] },
    { code: 'review', subject: unit, outcomes: [outcome('approve', 'next'), outcome('return', 'submit'), outcome('skip', 'end')] },
    { code: 'sign', subject: unit, outcomes: [outcome('approve', 'end'), outcome('return', 'submit'), outcome('odd', 'nowhere')] },
    { code: 'archive', subject: SubjectKind.CYCLE, outcomes: [outcome('approve', 'end')] },
  ] })
  it('groups neighbours for the same kind of subject', () => {
    expect(tracksOf(definition.stages)).toEqual([{ from: 0, to: 2 }, { from: 3, to: 3 }])
    expect(tracksOf(['team', 'department', 'department'].map((kind) => ({ subject: unit, unitKinds: [kind] })))).toEqual([{ from: 0, to: 0 }, { from: 1, to: 2 }])
  })
  it('leads every outcome where it goes, in lanes that do not cover each other', () => {
    const { arrows, lanes } = drawStages(definition)
    expect(arrows.map((arrow) => `${arrow.from}>${arrow.to} ${arrow.kind} ${arrow.lane}`)).toEqual([
      '0>1 on 0', '1>2 on 0', '1>0 back 0', '1>3 leap 0', '2>3 on 0', '2>0 back 1', '2>-1 lost 0', '3>4 on 0'])
    expect(lanes).toEqual({ back: 2, leap: 1 })
  })
})

describe('the delay ledger', () => {
  const row = (cycleId: bigint, id: bigint, name: string, rank: number, medianS: bigint, decided = 1n) =>
    create(LedgerRowSchema, { cycleId, id, name, rank, medianS, tasks: 2n, decided, onTime: 1n, beforeFirstReminder: rank === 1 ? 1n : 0n })
  const rows = [row(1n, 7n, '甲', 1, 60n), row(1n, 8n, '乙', 2, 90n), row(2n, 7n, '甲', 2, 500n), row(2n, 8n, '=乙', 1, 30n), row(2n, 9n, '丙', 0, 0n, 0n), row(1n, 6n, '丁', 3, 9n)]
  it('sets cycles beside each other and orders by the newest', () => {
    const lines = ledgerLines(rows, [1n, 2n])
    expect(lines.map((line) => line.name)).toEqual(['乙', '甲', '丙', '丁'])
    expect(lines[1]!.cells.map((cell) => cell?.medianS)).toEqual([60n, 500n])
    expect(lines[2]!.cells[0]).toBeNull()
    expect(ledgerLines(rows, [1n], 'median').map((line) => line.name).slice(0, 3)).toEqual(['丁', '甲', '乙'])
  })
  it('makes a table with a cell for every column', () => {
    const table = ledgerTable(ledgerLines(rows, [1n, 2n]), ['10月', '11月'], false)
    expect(table).toHaveLength(rows.length)
    for (const cells of table) expect(cells).toHaveLength(ledgerColumns.length)
    expect(table[0]!.slice(0, 7)).toEqual(['10月', '乙', '2', '2', '1', '1', '50.0'])
  })
})
