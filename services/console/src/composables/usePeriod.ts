// The period of a page stands in its address (?period=2026Q4), so that a page can be sent to somebody.
import { computed, ref } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { scoringClient } from '@/api/clients'
import { parsePeriod, quarterOf } from '@/format/period'

const current = ref('') // this quarter, as the server says
const known = ref<string[]>([]) // with scores or targets
let asked: Promise<void> | null = null

async function askPeriods(): Promise<void> {
  try {
    const answer = await scoringClient.listPeriods({})
    current.value = answer.current || quarterOf(new Date())
    known.value = answer.periods
  } catch {
    // Who may not ask, or cannot just now, starts from the browser's calendar.
    current.value = quarterOf(new Date())
    asked = null
  }
}

export function usePeriod() {
  const route = useRoute()
  const router = useRouter()
  asked ??= askPeriods()
  const period = computed<string>({
    get() {
      const wanted = route.query.period
      return typeof wanted === 'string' && parsePeriod(wanted) ? wanted : current.value
    },
    set(value) {
      void router.replace({ query: { ...route.query, period: value } })
    },
  })
  return { period, current, known }
}

/** The query part of links that stay in the same period. */
export function periodQuery(period: string): Record<string, string> {
  return period && period !== current.value ? { period } : {}
}

