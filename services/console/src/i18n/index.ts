// Two languages, Chinese first. The choice is kept in the browser; an account's own language counts
// until somebody chose.
import { createI18n } from 'vue-i18n'
import { en } from './en'
import { zh } from './zh'

export type Language = 'zh-CN' | 'en'
const storageKey = 'dacheng.language'

function chosen(): Language | null {
  const kept = localStorage.getItem(storageKey)
  return kept === 'zh-CN' || kept === 'en' ? kept : null
}

export const i18n = createI18n({
  legacy: false,
  locale: chosen() ?? 'zh-CN',
  fallbackLocale: 'zh-CN',
  messages: { 'zh-CN': zh, en },
  missingWarn: true,
})

export function currentLanguage(): Language {
  return i18n.global.locale.value as Language
}

function apply(language: Language): void {
  i18n.global.locale.value = language
  document.documentElement.lang = language
}
apply(currentLanguage())

export function chooseLanguage(language: Language): void {
  localStorage.setItem(storageKey, language)
  apply(language)
}

export function preferLanguage(language: string): void {
  if (!chosen()) apply(language === 'en' ? 'en' : 'zh-CN')
}

export function translate(key: string, values: Record<string, unknown> = {}): string {
  return i18n.global.t(key, values)
}
