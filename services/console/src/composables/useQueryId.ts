// An id in the address of a page (?run=8), as links of messages have it; null where there is none.
import { computed, type ComputedRef } from 'vue'
import { useRoute } from 'vue-router'

export function useQueryId(name: string): ComputedRef<bigint | null> {
  const route = useRoute()
  return computed(() => {
    const text = route.query[name]
    return typeof text === 'string' && /^[1-9]\d{0,17}$/.test(text) ? BigInt(text) : null
  })
}
