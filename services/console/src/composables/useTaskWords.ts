// Tasks, seats and history in plain words.
import { HeldBy, type Seat, type Task } from '@gen/workflow/v1/events_pb'
import { isMoved } from '@/format/task'
import { useWords } from './useWords'

export function useTaskWords() {
  const words = useWords()
  const { t, named, english } = words
  const stageName = (one: { stageName: string; stageNameEn: string }) => named(one.stageName, one.stageNameEn)
  const dueReason = (task: { dueReasonZh: string; dueReasonEn: string }) => (english.value ? task.dueReasonEn || task.dueReasonZh : task.dueReasonZh)

  /** "李四的权限，因逾期升级至王五"; "" when the owner holds it himself. */
  function heldWords(seat: Seat): string {
    return isMoved(seat) ? t(`task.held.${seat.heldBy}`, { owner: seat.ownerName, holder: seat.holderName }) : ''
  }
  /** What the reader is told when the right is not his own. */
  function yoursBy(seat: Seat): string {
    return isMoved(seat) ? t(`task.yours.${seat.heldBy}`, { owner: seat.ownerName }) : ''
  }
  const heldShort = (seat: Seat) => (seat.heldBy === HeldBy.OWNER || seat.heldBy === HeldBy.UNSPECIFIED ? '' : t(`task.heldShort.${seat.heldBy}`))
  const subject = (task: Pick<Task, 'subjectName' | 'cycleName'>) => task.subjectName || task.cycleName
  return { ...words, stageName, dueReason, heldWords, yoursBy, heldShort, subject }
}
