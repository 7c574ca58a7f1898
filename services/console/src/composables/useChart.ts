// A chart that lives in an element while that is there, shows an option, and follows its size.
import { onBeforeUnmount, watch, type Ref } from 'vue'
import type { ECharts } from 'echarts/core'
import { openChart, type ChartOption } from '@/components/chart'

export function useChart(place: Ref<HTMLElement | undefined>, option: Ref<ChartOption>): void {
  let chart: ECharts | undefined
  const resized = new ResizeObserver(() => chart?.resize())
  const close = () => {
    resized.disconnect()
    chart?.dispose()
    chart = undefined
  }
  watch([place, option], ([element, shown], [before]) => {
    if (element !== before) close()
    if (!element) return
    if (!chart) {
      chart = openChart(element)
      resized.observe(element)
    }
    chart.setOption(shown, true)
  }, { flush: 'post', immediate: true })
  onBeforeUnmount(close)
}
