// What a task says about itself: whose right it is, how urgent, how it reached who holds it. Pure.
import { HeldBy, SeatMode, SeatState, TaskState, type Seat, type Task } from '@gen/workflow/v1/events_pb'

export type Urgency = 'closed' | 'overdue' | 'today' | 'soon' | 'calm'

const dayMs = 86_400_000

/** How a task presses, at `now` in milliseconds: "today" within a day of its deadline, "soon" within three. */
export function urgencyOf(task: Pick<Task, 'state' | 'overdue' | 'dueAtUs'>, now: number): Urgency {
  if (task.state !== TaskState.OPEN) return 'closed'
  if (task.overdue) return 'overdue'
  if (task.dueAtUs === 0n) return 'calm'
  const left = Number(task.dueAtUs / 1000n) - now
  if (left < 0) return 'overdue'
  return left <= dayMs ? 'today' : left <= 3 * dayMs ? 'soon' : 'calm'
}

export const urgencyChip: Record<Urgency, string> = { closed: '', overdue: 'bad', today: 'warn', soon: 'warn', calm: '' }

/** The open seat that this person holds. */
export function seatHeldBy(task: Pick<Task, 'seats'>, personId: bigint): Seat | undefined {
  return task.seats.find((seat) => seat.holderId === personId && seat.state === SeatState.OPEN)
}

/** The right has left its owner's hands. */
export function isMoved(seat: Seat): boolean {
  return seat.heldBy !== HeldBy.OWNER && seat.heldBy !== HeldBy.UNSPECIFIED && seat.ownerId !== seat.holderId
}

/** Those who can decide now: the holders of open seats, each once. */
export function deciders(task: Pick<Task, 'seats'>): Seat[] {
  const seen = new Set<bigint>()
  return task.seats.filter((seat) => seat.state === SeatState.OPEN && !seen.has(seat.holderId) && seen.add(seat.holderId))
}

/** "2 / 3": seats done, for a task that needs several. */
export function seatsDone(task: Pick<Task, 'seats' | 'mode'>): { done: number; all: number } | null {
  if (task.mode === SeatMode.ONE || task.mode === SeatMode.UNSPECIFIED || task.seats.length < 2) return null
  return { done: task.seats.filter((seat) => seat.state === SeatState.DONE).length, all: task.seats.length }
}

/** Overdue first, then by deadline, then as they came. */
export function byUrgency(a: Task, b: Task): number {
  if (a.overdue !== b.overdue) return a.overdue ? -1 : 1
  if (a.dueAtUs !== b.dueAtUs) return a.dueAtUs < b.dueAtUs ? -1 : 1
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0
}

/** Tasks that can be approved together: of one stage, where the same outcome means the same. */
export function groupKey(task: Pick<Task, 'definition' | 'stage' | 'cycleId'>): string {
  return `${task.definition}/${task.stage}/${task.cycleId}`
}
