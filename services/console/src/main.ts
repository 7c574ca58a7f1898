// Starts the console: who is asking, then the page that was asked for.
import { createApp } from 'vue'
import App from './App.vue'
import { i18n } from './i18n'
import { router } from './router'
import { whenUnauthenticated } from './api/transport'
import { forgetSession } from './composables/session'
import './design/element.css'
import './design/tokens.css'
import './design/base.css'

whenUnauthenticated(() => {
  forgetSession()
  const here = router.currentRoute.value
  if (!here.meta.open) void router.replace({ name: 'login', query: { to: here.fullPath } })
})

createApp(App).use(i18n).use(router).mount('#app')
