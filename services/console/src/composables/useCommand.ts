// A command from a dialog: busy while it runs, its failure to be shown beside the button.
import { ref, type Ref } from 'vue'

export interface Command {
  busy: Ref<boolean>
  error: Ref<unknown>
  /** The answer, or undefined when it failed. */
  run<T>(work: () => Promise<T>): Promise<T | undefined>
  clear(): void
}

export function useCommand(): Command {
  const busy = ref(false)
  const error = ref<unknown>(null)
  return {
    busy,
    error,
    async run(work) {
      if (busy.value) return undefined
      busy.value = true
      error.value = null
      try {
        return await work()
      } catch (failure) {
        error.value = failure
        return undefined
      } finally {
        busy.value = false
      }
    },
    clear() {
      error.value = null
    },
  }
}
