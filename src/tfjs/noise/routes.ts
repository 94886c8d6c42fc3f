import type { GradientRoute } from '../../core/types.js';
import { closedForm } from './closed-form.js';
import type { Pass, PassRoute } from './measurement.js';
import { perExample } from './per-example.js';
import { randomSigns } from './random-signs.js';
import { hasTape } from './tape.js';

/** The routes that measure a batch in the one pass that trains it. */
const PASS_ROUTES: Readonly<Partial<Record<GradientRoute, (pass: Pass) => PassRoute>>> = {
  closedForm,
  randomSigns,
  perExample,
};

/** Whether the route measures a batch in the one pass that trains it, uncut. */
export function isPassRoute(route: GradientRoute): boolean {
  return Object.hasOwn(PASS_ROUTES, route) && hasTape();
}

/** @returns undefined for routes that are none of one pass */
export function passRoute(route: GradientRoute, pass: Pass): PassRoute | undefined {
  return PASS_ROUTES[route]?.(pass);
}
