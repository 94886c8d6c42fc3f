import { byId, tableRow } from './elements.js';
import { formatNumber, formatSeconds, formatShare } from './format.js';
import type { RunRecord } from './record.js';

function time(seconds: number | undefined): string {
  return seconds === undefined ? 'not reached' : formatSeconds(seconds);
}

/** Adds a run that is over to the table of runs. */
export function addRun(record: RunRecord): void {
  const { name, backend, secondsToNinety, secondsToTarget, seconds, examples, accuracy } = record;
  const section = byId('runs');
  section.hidden = false;
  const cells = [
    ...[name, backend, time(secondsToNinety), time(secondsToTarget), formatNumber(seconds.length)],
    ...[formatNumber(examples), accuracy === undefined ? 'not tested' : formatShare(accuracy)],
  ];
  section.querySelector('tbody')?.append(tableRow(cells));
}
