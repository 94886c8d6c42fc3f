import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from './cache.js';
import { run, say } from './run.js';

const VERSION = '2.21.0';

/** The wheels that hold a TensorFlow C library, best first: the one for a card has CUDA in it. */
const WHEELS = { cpu: ['tensorflow-cpu'], gpu: ['tensorflow', 'tensorflow-cpu'] };

/** The path of a wheel with TensorFlow's C library, from the cache or by pip. */
export function fetchWheel(isGpu) {
  const refusals = [];
  for (const name of isGpu ? WHEELS.gpu : WHEELS.cpu) {
    const { path, refusal } = wheelOf(name);
    if (path === undefined) refusals.push(refusal);
    else {
      if (isGpu && name === 'tensorflow-cpu')
        say('only the library without CUDA is to be had here: it will NOT use a card');
      return path;
    }
  }
  throw new Error(refusals.join('\n'));
}

function wheelOf(name) {
  const folder = join(cacheFolder(), 'wheels');
  mkdirSync(folder, { recursive: true });
  const find = () => readdirSync(folder).find((file) => file.startsWith(`${name.replace('-', '_')}-${VERSION}-`));
  const known = find();
  if (known !== undefined) {
    say(`the wheel ${known} is in the cache`);
    return { path: join(folder, known) };
  }
  say(`getting the wheel ${name} ${VERSION} with pip, hundreds of megabytes`);
  // Only the library in it is used, so it need not be for the Python that is here.
  const kind = [
    '--only-binary=:all:',
    '--python-version=3.11',
    '--platform=manylinux_2_27_x86_64',
    '--platform=manylinux2014_x86_64',
  ];
  const request = [
    '-m',
    'pip',
    'download',
    '--quiet',
    '--retries=1',
    '--no-deps',
    ...kind,
    '-d',
    folder,
    `${name}==${VERSION}`,
  ];
  const { isDone, text } = run('python3', request, { minutes: 20 });
  const path = isDone ? find() : undefined;
  return path === undefined
    ? { refusal: `pip does not get ${name} ${VERSION}:\n${text}` }
    : { path: join(folder, path) };
}
