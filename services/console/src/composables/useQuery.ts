// One query of a view: its answer, its failure, whether it is on the way. `useLive` also keeps the
// answer true while the view is open.
import { onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import { Code, ConnectError } from '@connectrpc/connect'
import type { DescMessage, MessageInitShape, MessageShape } from '@bufbuild/protobuf'
import { answerText, ask, methodName, readAnswer, requestText, type Query } from '@/api/describe'
import { currentLanguage } from '@/i18n'
import { forgetSession } from './session'
import { hub } from './live'

export interface QueryState<T> {
  data: ShallowRef<T | undefined>
  error: Ref<unknown>
  /** On the way, with the answer to an earlier request (or none) still shown. */
  pending: Ref<boolean>
  /** What is shown answers another question: nothing may be done with it. */
  outdated: Ref<boolean>
  refresh(): Promise<void>
}
export interface LiveOptions {
  events: string[]
  /** Units or people that concern the query; none = any. */
  owners?: () => bigint[]
}

const codes: Record<string, Code> = {
  canceled: Code.Canceled, unknown: Code.Unknown, invalid_argument: Code.InvalidArgument,
  deadline_exceeded: Code.DeadlineExceeded, not_found: Code.NotFound, already_exists: Code.AlreadyExists,
  permission_denied: Code.PermissionDenied, resource_exhausted: Code.ResourceExhausted,
  failed_precondition: Code.FailedPrecondition, aborted: Code.Aborted, out_of_range: Code.OutOfRange,
  unimplemented: Code.Unimplemented, internal: Code.Internal, unavailable: Code.Unavailable,
  data_loss: Code.DataLoss, unauthenticated: Code.Unauthenticated,
}

function useAsked<I extends DescMessage, O extends DescMessage>(
  method: Query<I, O>, request: () => MessageInitShape<I> | null, live: LiveOptions | null,
): QueryState<MessageShape<O>> {
  const data = shallowRef<MessageShape<O>>()
  const error = ref<unknown>(null)
  const pending = ref(false)
  const outdated = ref(false)
  let shown = '' // the answer's text: the same again changes nothing
  let flight: AbortController | null = null

  const accept = (answer: MessageShape<O>) => {
    const text = answerText(method, answer)
    error.value = null
    pending.value = outdated.value = false
    if (text === shown) return
    shown = text
    data.value = answer
  }
  const refuse = (failure: unknown, keep: boolean) => {
    pending.value = false
    // A poll that fails leaves the last good answer on the page, if it is the answer to what is asked.
    if (keep && data.value && !outdated.value && ConnectError.from(failure).code === Code.Unavailable) return
    error.value = failure
    if (ConnectError.from(failure).code !== Code.Unavailable) {
      data.value = undefined
      shown = ''
    }
  }
  const askNow = async (keep: boolean) => {
    const wanted = request()
    if (!wanted) return
    flight?.abort()
    const mine = (flight = new AbortController())
    pending.value = true
    try {
      const answer = await ask(method, wanted, mine.signal)
      if (flight === mine) accept(answer)
    } catch (failure) {
      if (flight === mine) refuse(failure, keep)
    }
  }

  let unwatch: (() => void) | null = null
  const stop = () => {
    unwatch?.()
    unwatch = null
    flight?.abort()
    flight = null
  }
  // Services answer in the language of the page: another one is another question.
  watch(
    [() => {
      const wanted = request()
      return wanted ? requestText(method, wanted) : null
    }, currentLanguage] as const,
    ([requestJson]) => {
      stop()
      if (requestJson === null) {
        data.value = undefined
        pending.value = outdated.value = false
        shown = ''
        return
      }
      pending.value = true
      outdated.value = data.value !== undefined
      error.value = null
      if (!live) return void askNow(false)
      unwatch = hub.watch({
        method: methodName(method),
        requestJson,
        events: live.events,
        ownerIds: live.owners?.() ?? [],
        poll: () => void askNow(true),
        onAnswer: (answer) => {
          if (answer.code === 'unauthenticated') forgetSession()
          if (answer.code) return refuse(new ConnectError(answer.message, codes[answer.code] ?? Code.Unknown), true)
          flight?.abort()
          flight = null
          accept(readAnswer(method, answer.answerJson))
        },
      })
    },
    { immediate: true },
  )
  onScopeDispose(stop)
  return { data, error, pending, outdated, refresh: () => askNow(false) }
}

/** Asked once, and again when the request changes. A request of null asks nothing. */
export function useQuery<I extends DescMessage, O extends DescMessage>(
  method: Query<I, O>, request: () => MessageInitShape<I> | null,
): QueryState<MessageShape<O>> {
  return useAsked(method, request, null)
}

export function useLive<I extends DescMessage, O extends DescMessage>(
  method: Query<I, O>, request: () => MessageInitShape<I> | null, live: LiveOptions,
): QueryState<MessageShape<O>> {
  return useAsked(method, request, live)
}
