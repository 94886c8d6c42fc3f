import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, extname } from 'node:path';
import { build, type Plugin } from 'esbuild';

const FOLDER = 'examples/browser';
const ENTRY = '/src/main.ts';
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.wasm': 'application/wasm',
  '.gz': 'application/gzip',
};

/** What Vite means by `?url`: the file lies beside the page, and the import gives its address. */
const addresses: Plugin = {
  name: 'addresses',
  setup(bundle) {
    bundle.onResolve({ filter: /\?url$/ }, async ({ path, kind, resolveDir }) => {
      const found = await bundle.resolve(path.replace('?url', ''), { kind, resolveDir });
      return { path: found.path, namespace: 'address' };
    });
    bundle.onLoad({ filter: /.*/, namespace: 'address' }, ({ path }) => ({
      contents: readFileSync(path),
      loader: 'file',
    }));
  },
};

/** The example as a bundler makes it, from the sources of the package: its files by name. */
async function bundled(): Promise<Map<string, Uint8Array>> {
  const { outputFiles } = await build({
    entryPoints: [`${FOLDER}${ENTRY}`],
    alias: { 'tfjs-adaptive-batch': './src/index.ts' },
    plugins: [addresses],
    bundle: true,
    minify: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    outdir: 'page',
    write: false,
    logLevel: 'error',
  });
  const files = new Map(outputFiles.map(({ path, contents }) => [basename(path), contents as Uint8Array]));
  const page = readFileSync(`${FOLDER}/index.html`, 'utf8');
  const style = '<link rel="stylesheet" href="main.css" /></head>';
  files.set('index.html', new TextEncoder().encode(page.replace(ENTRY, 'main.js').replace('</head>', style)));
  files.set('digits.csv.gz', readFileSync(`${FOLDER}/public/digits.csv.gz`));
  return files;
}

/** A server of the example. */
export interface ServedPage {
  readonly address: string;
  /** Whether the server says of the digits that they are compressed on their way, as Vite's does. */
  isEncodingTold: boolean;
  close(): void;
}

/** Bundles the example and serves it. */
export async function servePage(): Promise<ServedPage> {
  const files = await bundled();
  const server: Server = createServer(({ url = '/' }, response) => {
    const name = url === '/' ? 'index.html' : url.slice(1);
    const file = files.get(name);
    if (file === undefined) {
      response.writeHead(404).end();
      return;
    }
    const encoding = name.endsWith('.gz') && served.isEncodingTold ? { 'content-encoding': 'gzip' } : {};
    response.writeHead(200, { 'content-type': TYPES[extname(name)] ?? 'text/plain', ...encoding }).end(file);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const served: ServedPage = {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    isEncodingTold: false,
    close: () => server.close(),
  };
  return served;
}
