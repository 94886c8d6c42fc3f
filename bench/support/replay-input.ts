// Replays the run log on standard input, throws the decisions away, and prints what that took as JSON.
import { decisionBytes, openLog, readRecords } from './built.js';

const begin = performance.now();
let bytes = 0;
for await (const piece of decisionBytes(readRecords(openLog('-')))) bytes += piece.length;
const { maxRSS } = process.resourceUsage();
console.log(JSON.stringify({ bytes, seconds: (performance.now() - begin) / 1000, megabytes: (maxRSS * 1024) / 1e6 }));
