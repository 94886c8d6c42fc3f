// Takes Stryker's report to bench/results/mutation.json and .md, and ends with an error where less than 85 % of the mutants were killed.
import { readFileSync, writeFileSync } from 'node:fs';
import { exit } from 'node:process';
import { markdownTable } from '../bench/support/markdown.js';
import { environment, originLine, RESULTS, rounded } from '../bench/support/result.js';

/** What of Stryker's report counts here. */
interface Report {
  readonly files: { readonly [path: string]: { readonly mutants: readonly { readonly status: string }[] } };
}

interface Tally {
  readonly mutants: number;
  readonly killed: number;
  readonly timedOut: number;
  readonly survived: number;
  readonly notCovered: number;
  /** Killed or timed out, in percent of all. */
  readonly score: number;
}

/** Percent. */
const LEAST_SCORE = 85;

const { MUTATION_FOLDERS, MUTATION_SHARE } = process.env;
const share = Number(MUTATION_SHARE ?? 1);

function tally(statuses: readonly string[]): Tally {
  const count = (status: string): number => statuses.filter((one) => one === status).length;
  const [killed, timedOut] = [count('Killed'), count('Timeout')];
  // Which are not covered the first run says of all, those outside of the sample too.
  const [survived, notCovered] = [count('Survived'), Math.round(share * count('NoCoverage'))];
  const mutants = killed + timedOut + survived + notCovered;
  return { mutants, killed, timedOut, survived, notCovered, score: (100 * (killed + timedOut)) / mutants };
}

const report = JSON.parse(readFileSync('.stryker/report.json', 'utf8')) as Report;
const mutants = Object.entries(report.files).flatMap(([path, file]) =>
  file.mutants.map(({ status }) => ({ folder: path.split('/')[1] ?? path, status })),
);
const tallyOf = (folder?: string): Tally =>
  tally(mutants.filter((one) => folder === undefined || one.folder === folder).map(({ status }) => status));
const folders = Object.fromEntries(
  [...new Set(mutants.map(({ folder }) => folder))].map((folder) => [folder, tallyOf(folder)]),
);
const all = tallyOf();

const standardError = Math.sqrt((all.score * (100 - all.score)) / all.mutants);
const sample =
  share === 1
    ? ''
    : ` The mutants are a sample, about ${100 * share} % of all in each folder; the standard error of the score of all is ${standardError.toFixed(1)} %.`;

if (MUTATION_FOLDERS === undefined) {
  const command = `${share === 1 ? '' : `MUTATION_SHARE=${share} `}npm run mutation`;
  const where = { ...environment({ bench: 'mutation', usesTensorFlow: false }), command };
  const row = (name: string, { score, ...counts }: Tally): string[] => [
    name,
    ...[counts.mutants, counts.killed, counts.timedOut, counts.survived, counts.notCovered].map(String),
    `${score.toFixed(1)} %`,
  ];
  const table = markdownTable(
    ['folder of src', 'mutants', 'killed', 'timed out', 'survived', 'not covered', 'score'],
    [...Object.entries(folders).map(([folder, one]) => row(folder, one)), row('all', all)],
  );
  const text = [
    '# Mutation testing',
    originLine(where),
    table,
    `The score is the share that was killed or timed out. A mutant meets its unit's own tests and its folder's conformance suite only, where it has such, with at most 20 cases a property: what other tests would have noticed counts as survived.${sample}`,
  ];
  const { mutants: count, score } = all;
  const record = { bench: 'mutation', ...where, figures: { mutants: count, score }, details: folders };
  writeFileSync(new URL('mutation.json', RESULTS), `${JSON.stringify(record, rounded, 2)}\n`);
  writeFileSync(new URL('mutation.md', RESULTS), `${text.join('\n\n')}\n`);
  console.log(`${table}\n\nsaved: bench/results/mutation.json and .md`);
}
if (all.score < LEAST_SCORE) {
  console.error(`${all.score.toFixed(1)} % of the mutants were killed, which is less than ${LEAST_SCORE} %.`);
  exit(1);
}
