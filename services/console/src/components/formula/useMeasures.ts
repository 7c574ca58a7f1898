// The measures in use, by code, as a formula may name them; loaded once for all fields of a page.
import { shallowRef, type ShallowRef } from 'vue'
import { goalClient } from '@/api/clients'
import type { MeasureName } from '@/format/formula'

let loaded: ShallowRef<MeasureName[]> | undefined

export function useMeasures(): ShallowRef<MeasureName[]> {
  const known = (loaded ??= shallowRef([]))
  goalClient.listDefinitions({}).then(
    ({ measures }) => (known.value = measures.filter((one) => !one.retired).map(({ code, name }) => ({ code, name }))),
    () => undefined,
  )
  return known
}
