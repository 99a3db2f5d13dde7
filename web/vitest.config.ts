// Unit tests run in plain Node: logic lives in `.ts` and `.svelte.ts`; components are tried in a
// real browser by tests/browser.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [svelte()],
  resolve: { conditions: ['browser'] },
  test: { environment: 'node', include: ['tests/unit/**/*.test.ts'], reporters: ['default'] },
});
