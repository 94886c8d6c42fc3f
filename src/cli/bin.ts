#!/usr/bin/env node
import process from 'node:process';
import { main } from './main.js';

const { stdin, stdout, stderr, env, argv } = process;
// A reader that has seen enough closes the pipe: that ends the command, without a complaint.
for (const stream of [stdout, stderr]) stream.on('error', () => undefined);
process.exitCode = await main(argv.slice(2), { stdin, stdout, stderr, env });
// Input that nobody reads any more would keep the process waiting.
stdin.destroy();
