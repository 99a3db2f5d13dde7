// Builds the app that the binary carries. Besides Vite's own work it writes a `.br` and a `.gz`
// beside every text file: the node serves them as they are, and compressing here costs half a
// second where a Rust build script would cost minutes.
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import type { Plugin } from 'vite';

/** Endings of files that shrink; pictures are compressed already. */
const TEXT = /\.(?:js|css|html|svg|json|webmanifest|txt)$/;

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}

function precompress(): Plugin {
  return {
    name: 'noroshi-precompress',
    apply: 'build',
    writeBundle(options) {
      for (const path of filesIn(options.dir ?? 'dist').filter((name) => TEXT.test(name))) {
        const bytes = readFileSync(path);
        const br = brotliCompressSync(bytes, {
          params: {
            [constants.BROTLI_PARAM_QUALITY]: 11,
            [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
          },
        });
        writeFileSync(`${path}.br`, br);
        writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
      }
    },
  };
}

/** Most script that the first screen may need, gzipped: 80 kB are 5 s at 128 kbit/s. */
const FIRST_LOAD_BYTES_MAX = 80_000;

/** Stops the build when the first load has grown over the budget. */
function budget(): Plugin {
  return {
    name: 'noroshi-budget',
    apply: 'build',
    writeBundle(_options, bundle) {
      const seen = new Set<string>();
      const open = Object.values(bundle)
        .filter((part) => part.type === 'chunk' && part.isEntry)
        .map((part) => part.fileName);
      let total = 0;
      for (let name = open.pop(); name !== undefined; name = open.pop()) {
        const part = bundle[name];
        if (part?.type === 'chunk' && !seen.has(name)) {
          seen.add(name);
          total += gzipSync(part.code, { level: 9 }).length;
          open.push(...part.imports);
        }
      }
      if (total > FIRST_LOAD_BYTES_MAX) {
        this.error(
          `the first load is ${total} bytes of gzipped script, over the budget of ` +
            `${FIRST_LOAD_BYTES_MAX}: import() what is not needed at once`,
        );
      }
      this.info(`first load: ${total} bytes of gzipped script`);
    },
  };
}

/** The node that `npm run dev` talks to. */
const node = process.env['NOROSHI_NODE'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [svelte(), budget(), precompress()],
  build: {
    target: ['es2022', 'safari16'],
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  server: { proxy: { '/api': { target: node, ws: true } } },
});
