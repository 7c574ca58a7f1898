// How the console is built and served for development.
//
//   OUT_DIR       where the built console goes (dist)
//   GATEWAY       the running gateway that `npm run dev` talks to (http://127.0.0.1:8080)
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

const gateway = process.env.GATEWAY ?? 'http://127.0.0.1:8080'
const proxied = { target: gateway, changeOrigin: true }

export default defineConfig({
  plugins: [vue()],
  resolve: {
    alias: {
      '@': fileURLToPath(new URL('./src', import.meta.url)),
      '@gen': fileURLToPath(new URL('./gen/dacheng', import.meta.url)),
    },
  },
  define: {
    __VUE_I18N_LEGACY_API__: false,
    __VUE_I18N_FULL_INSTALL__: false,
    __INTLIFY_PROD_DEVTOOLS__: false,
  },
  server: {
    port: 5173,
    // Every method is POST /dacheng.<service>.v1.<Service>/<Method>; uploads are PUT /upload/<run>.
    proxy: { '^/dacheng\\.': proxied, '^/upload/': proxied },
  },
  build: {
    outDir: process.env.OUT_DIR ?? 'dist',
    emptyOutDir: true,
    target: 'es2022',
    chunkSizeWarningLimit: 700,
  },
  test: { environment: 'happy-dom', include: ['src/**/*.test.ts'] },
})
