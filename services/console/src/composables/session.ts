// Who is logged in, and what his roles allow the console to offer. What is really allowed is decided
// by the services; this only keeps pages out of sight that would be refused.
import { computed, reactive, readonly } from 'vue'
import { Code, ConnectError } from '@connectrpc/connect'
import { Role } from '@gen/kernel/v1/context_pb'
import type { Me } from '@gen/org/v1/org_pb'
import { sessionClient } from '@/api/clients'
import { preferLanguage } from '@/i18n'

const state = reactive<{ known: boolean; me: Me | null }>({ known: false, me: null })
export const session = readonly(state)

export const me = computed(() => state.me)

function take(found: Me | null): void {
  state.me = found
  state.known = true
  if (found?.language) preferLanguage(found.language)
}

/** Asks the edge who we are; nobody is an answer, no network is an error. */
export async function loadSession(): Promise<void> {
  try {
    take((await sessionClient.getMe({})).me ?? null)
  } catch (error) {
    if (ConnectError.from(error).code !== Code.Unauthenticated) throw error
    take(null)
  }
}

export async function login(tenant: string, account: string, password: string): Promise<Me> {
  const answer = await sessionClient.login({ tenant, account, password })
  const found = answer.me
  if (!found) throw new ConnectError('', Code.Internal)
  if (answer.mustChangePassword) found.mustChangePassword = true
  take(found)
  return found
}

export async function logout(): Promise<void> {
  try {
    await sessionClient.logout({})
  } finally {
    forgetSession()
  }
}

export function forgetSession(): void {
  take(null)
}

export async function changePassword(oldPassword: string, newPassword: string): Promise<void> {
  await sessionClient.changePassword({ oldPassword, newPassword })
  await loadSession()
}

export function hasRole(...roles: Role[]): boolean {
  return state.me?.grants.some((grant) => roles.includes(grant.role)) ?? false
}

/** The page that a person starts on. */
export function homePath(): string {
  const home = state.me?.home ?? ''
  const known: Record<string, string> = {
    boss: '/boss', me: '/me', goals: '/goals', audit: '/audit', operations: '/operations', organisation: '/org',
  }
  if (/^unit\/\d+$/.test(home)) return `/${home}`
  return known[home] ?? '/inbox'
}

/** Where somebody wanted to go before he had to log in; only a path of this console, for what is in
 * the address may come from anywhere. */
export function wantedPath(to: unknown): string {
  return typeof to === 'string' && /^\/(?![/\\])/.test(to) ? to : homePath()
}
