// A process of its own for `quartet`: told the place as its argument, it sends what it found to its parent.
import process from 'node:process';
import { useEngine } from '../support/engine.js';
import { type Place, quartetHere } from './long.js';

const { engine, ...place } = JSON.parse(process.argv[2] as string) as Place;
await useEngine(engine);
process.send?.(await quartetHere(place));
process.disconnect?.();
