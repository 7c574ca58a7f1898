// The rules of a process definition in plain words: who, by when, how long.
import { Role } from '@gen/kernel/v1/context_pb'
import type { Due, Duration, Who } from '@gen/workflow/v1/workflow_pb'
import { useWords } from './useWords'

export function useProcessWords() {
  const words = useWords()
  const { t } = words
  function who(one: Who): string {
    if (one.subject === 'person') return one.personCode
    if (one.subject === 'role') return one.unitCode ? t('process.roleOf', { role: t(`role.${one.role}`), unit: one.unitCode }) : t(`role.${one.role || Role.UNSPECIFIED}`)
    return ['self', 'manager', 'starter'].includes(one.subject) ? t(`process.who.${one.subject}`) : '–'
  }
  const duration = (one: Duration | undefined) => t(one?.workingDays ? 'process.workingDays' : 'process.days', { count: one?.amount ?? 0 })
  function due(one: Due | undefined): string {
    if (!one) return t('task.noDue')
    const day = one.dayOfMonth ? t('process.dueDay', { day: one.dayOfMonth }) : one.after ? t('process.dueAfter', { time: duration(one.after) }) : t('task.noDue')
    return one.at ? `${day} ${one.at}` : day
  }
  return { ...words, who, duration, due }
}
