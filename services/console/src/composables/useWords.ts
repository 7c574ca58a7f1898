// The formats of format/, bound to the chosen language.
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { showPeriod, showPeriodShort } from '@/format/period'
import { showAgo, showClock, showDate, showDuration, showInstant, showMinute } from '@/format/time'
import { showShort } from '@/format/number'

export function useWords() {
  const { t, locale } = useI18n({ useScope: 'global' })
  const language = computed(() => locale.value as string)
  return {
    t,
    language,
    english: computed(() => language.value === 'en'),
    showPeriod: (text: string) => showPeriod(text, language.value),
    showPeriodShort: (text: string) => showPeriodShort(text, language.value),
    showInstant: (us: bigint) => showInstant(us, language.value),
    showMinute: (us: bigint) => showMinute(us, language.value),
    showClock: (us: bigint) => showClock(us, language.value),
    showDate: (date: string) => showDate(date, language.value),
    showAgo: (us: bigint) => showAgo(us, Date.now(), language.value),
    showDuration: (ms: bigint | number) => showDuration(ms, language.value),
    showShort: (value: number, digits?: number) => showShort(value, language.value, digits),
    /** "甲、乙" / "A, B" */
    listed: (parts: string[]) => parts.filter(Boolean).join(language.value === 'en' ? ', ' : '、'),
    /** An indicator's name in the reader's language, where it has one. */
    named: (chinese: string, englishName: string) =>
      language.value === 'en' && englishName ? englishName : chinese,
    /** What a service said in both languages; in the other one where it is not there in this. */
    inLanguage: (chinese: string, englishText: string) =>
      (language.value === 'en' ? englishText || chinese : chinese || englishText),
    /** Those of the standard library in the reader's language; others as they were written. */
    unitName: (unit: string) => (unit === 'CNY' ? t('unit.yuan') : unit === '客户' ? t('unit.customers') : unit),
  }
}
