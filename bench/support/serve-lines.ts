// The server on standard input and output, a line in, a line out.

import { stdin, stdout } from 'node:process';
import { createInterface } from 'node:readline';
import { serve } from './built.js';

const answer = serve();
createInterface({ input: stdin }).on('line', (line) => stdout.write(`${answer(line)}\n`));
