import { Command } from 'commander';
import { defaultPolicy } from '../../assembly/assemble.js';
import { describeSignals, needsOf } from '../../assembly/needs.js';
import { type Description, policyFrom } from '../../assembly/registry.js';
import { describePolicy } from '../../combinators/restricted.js';
import { wrapped } from '../../report/wrapped.js';
import { policyText } from '../description.js';
import { EXIT, type Finish } from '../failure.js';
import { colorsOf, type Io, widthOf } from '../io.js';
import { jsonLine } from '../json.js';
import { streamOutput } from '../output.js';
import { type UnitDoc, unitDocs } from '../unit-docs.js';

type Flags = { readonly json?: true };

const TITLES = {
  policies: 'Policies',
  combinators: 'Combinators',
  'learning-rates': 'Learning-rate rules',
  schedules: 'Schedules of the learning rate',
} as const;

function unitText({ name, says, options }: UnitDoc, kind: keyof typeof TITLES, io: Io): string {
  const colors = colorsOf(io);
  const width = widthOf(io) - 4;
  const needs = kind === 'policies' ? [`Needs ${describeSignals(needsOf(policyFrom({ name, options: {} })))}.`] : [];
  const about = [says, ...needs].flatMap((text) => wrapped(text, width)).map((line) => `    ${line}\n`);
  const settings = options.flatMap((option) => {
    const value = option.default === undefined ? '' : ` Default: ${option.default}.`;
    const lines = wrapped(`${option.says}${option.says.endsWith('.') ? '' : '.'}${value}`, width - 4);
    return [`      ${colors.cyan(option.name)}\n`, ...lines.map((line) => `        ${line}\n`)];
  });
  return `  ${colors.bold(name)}\n${about.join('')}${settings.join('')}`;
}

/** `policies`: what there is to choose from. */
export function policiesCommand(io: Io, finish: Finish): Command {
  return new Command('policies')
    .description('the policies, combinators, learning-rate rules and schedules, with their options and defaults')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ tfjs-adaptive-batch policies
  $ tfjs-adaptive-batch policies --json | jq '.policies[].name'`,
    )
    .action(async (flags: Flags) => {
      const output = streamOutput(io.stdout);
      const docs = unitDocs();
      if (flags.json === true) {
        const policies = docs.policies.map((unit) => ({
          ...unit,
          needs: needsOf(policyFrom({ name: unit.name, options: {} })),
        }));
        const { combinators, 'learning-rates': rules, schedules } = docs;
        await output.write(
          jsonLine({ default: describePolicy(defaultPolicy()), policies, combinators, rules, schedules }),
        );
      } else {
        for (const kind of Object.keys(TITLES) as (keyof typeof TITLES)[]) {
          const units = docs[kind].map((unit) => unitText(unit, kind, io)).join('\n');
          await output.write(`${colorsOf(io).bold(TITLES[kind])}\n${units}\n`);
        }
        const own = policyText(describePolicy(defaultPolicy()) as unknown as Description);
        await output.write(`The default is ${own}: each combinator around what stands before it.\n`);
      }
      finish(EXIT.ok);
    });
}
