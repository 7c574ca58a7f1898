// The present moment in milliseconds, told every half minute; one timer for the whole console.
import { onScopeDispose, readonly, ref, type Ref } from 'vue'

const everyMs = 30_000
const now = ref(Date.now())
let [users, timer] = [0, 0]

export function useNow(): Readonly<Ref<number>> {
  now.value = Date.now()
  if (users++ === 0) timer = window.setInterval(() => (now.value = Date.now()), everyMs)
  onScopeDispose(() => {
    if (--users === 0) window.clearInterval(timer)
  })
  return readonly(now)
}
