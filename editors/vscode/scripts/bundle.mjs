// Bundles the extension into two files; VS Code gives it `vscode` itself.
import { build } from 'esbuild';

await build({
  // The protocol's library, most of the code, is a file of its own: it is read after VS Code has started.
  entryPoints: ['src/extension.ts', 'src/client.ts'],
  outdir: 'dist',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  external: ['vscode', './client.js'],
  supported: { 'dynamic-import': false }, // so that it is `require`, which VS Code gives `vscode` to
  minify: true,
  legalComments: 'linked',
  logLevel: 'warning',
});
