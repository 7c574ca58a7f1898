// How many tasks wait for who is logged in, kept true all the time: the badge.
import { computed, type ComputedRef } from 'vue'
import { WorkflowService } from '@gen/workflow/v1/workflow_pb'
import { session } from './session'
import { useLive } from './useQuery'

/** Everything that changes what somebody has to do. */
export const taskEvents = [
  'workflow.TasksOpened', 'workflow.TasksDecided', 'workflow.TasksEscalated', 'workflow.TasksHandedOver', 'workflow.TasksRescheduled', 'workflow.TasksCancelled',
]

export interface MyTasks {
  open: bigint
  overdue: bigint
}

export function useMyTasks(): ComputedRef<MyTasks> {
  const { data } = useLive(
    WorkflowService.method.listMyTasks,
    () => (session.me?.personId ? { limit: 1 } : null),
    // Who loses a task by escalation is told so by a message, and is not in the event any more.
    { events: [...taskEvents, 'notify.NoticesPosted'], owners: () => (session.me ? [session.me.personId] : []) },
  )
  return computed(() => ({ open: data.value?.open ?? 0n, overdue: data.value?.overdue ?? 0n }))
}
