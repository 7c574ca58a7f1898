// How many messages wait, kept true while somebody is logged in.
import { computed, type ComputedRef } from 'vue'
import { NotifyService } from '@gen/notify/v1/notify_pb'
import { session } from './session'
import { useLive } from './useQuery'

export function useUnread(): ComputedRef<bigint> {
  const { data } = useLive(
    NotifyService.method.listInbox,
    () => (session.me ? { limit: 1 } : null),
    { events: ['notify.NoticesPosted'], owners: () => (session.me ? [session.me.personId] : []) },
  )
  return computed(() => data.value?.unread ?? 0n)
}
