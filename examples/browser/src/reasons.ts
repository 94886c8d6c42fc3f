import type { Change, Decision } from 'tfjs-adaptive-batch';
import { byId, tableRow } from './elements.js';
import { formatNumber } from './format.js';

/** How many of the last changes are shown. */
const SHOWN = 8;

/** The policy's reasons on the page. */
export interface Reasons {
  clear(): void;
  /** Why the batch size is what it is. */
  tell(decision: Decision): void;
  add(change: Change): void;
}

/** The part of the page that says why. */
export function reasons(): Reasons {
  const table = byId<HTMLTableElement>('changes');
  const body = table.tBodies[0] as HTMLTableSectionElement;
  return {
    clear() {
      table.hidden = true;
      body.replaceChildren();
    },
    tell({ step, reason }) {
      byId('reason').textContent = `After step ${formatNumber(step)}: ${reason}`;
    },
    add({ step, from, to, reason }) {
      if (from.batchSize === to.batchSize) return;
      table.hidden = false;
      const sizes = `${formatNumber(from.batchSize)} → ${formatNumber(to.batchSize)}`;
      body.prepend(tableRow([formatNumber(step), sizes, formatNumber(to.learningRate), reason]));
      body.rows[SHOWN]?.remove();
    },
  };
}
