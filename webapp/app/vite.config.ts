import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vitest/config';

// Addresses are relative, so that the same files work below any path.
export default defineConfig({
  base: './',
  plugins: [tailwindcss(), svelte()],
  build: {
    outDir: process.env.OUT_DIR ?? fileURLToPath(new URL('../dist', import.meta.url)),
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false, resolveDependencies: (_, deps) => deps.filter((dep) => /\.css$/.test(dep)) },
    assetsInlineLimit: 0, // data: URLs in style sheets would need a looser policy
    rolldownOptions: {
      experimental: { chunkOptimization: false },
      // What the first view needs comes in one piece, for each request costs a phone more than a kilobyte.
      output: { codeSplitting: { groups: [{ name: 'app', test: /src.(main\.ts|parts.(Pick|Bar|CopyButton|Countdown|Glyph|SaveLink|Dialog)|lib.(kinds|icons.(share|account)|phone|faults|explain|format.size|options|share.(remove|save)))\b/ }] } },
    },
  },
  test: { environment: 'happy-dom', include: ['test/**/*.test.ts'], restoreMocks: true },
  resolve: process.env.VITEST ? { conditions: ['browser'] } : {},
});
