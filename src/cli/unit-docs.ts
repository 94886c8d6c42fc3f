import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';

/** One option of a policy, combinator, rule or schedule, as its source documents it. */
interface OptionDoc {
  readonly name: string;
  readonly says: string;
  /** Absent where the option has to be given. */
  readonly default?: string;
}

/** A policy, combinator, rule or schedule, as its source documents it. */
export interface UnitDoc {
  readonly name: string;
  readonly says: string;
  readonly options: readonly OptionDoc[];
}

const UNIT_FOLDERS = ['policies', 'combinators', 'learning-rates', 'schedules'] as const;
export type UnitDocs = Readonly<Record<(typeof UNIT_FOLDERS)[number], readonly UnitDoc[]>>;

const COMMENT = String.raw`\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*`;
const FACTORY = new RegExp(`${COMMENT}export function (\\w+)`, 'g');
const OPTIONS = /export interface \w+Options \{([\s\S]*?)\n\}/;
const MEMBER = new RegExp(`${COMMENT}readonly (\\w+)\\?:`, 'g');
const PARAMETER = /@param (\w+) (.*)/g;
const DEFAULT = /\s*@defaultValue (.*)$/;

/** A doc comment's text: without stars and links. */
function plain(comment: string): string {
  return comment
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, '').trimEnd())
    .join('\n')
    .replace(/\{@link (\w+)\}/g, '$1')
    .trim();
}

function optionDoc(name: string, comment: string): OptionDoc {
  const text = plain(comment).replaceAll('\n', ' ');
  const [, value] = DEFAULT.exec(text) ?? [];
  return { name, says: text.replace(DEFAULT, ''), ...(value !== undefined && { default: value }) };
}

function unitDoc(source: string, name: string, comment: string): UnitDoc {
  const text = plain(comment);
  const members = [...(OPTIONS.exec(source)?.[1] ?? '').matchAll(MEMBER)];
  const settings = members.map(([, doc, option]) => optionDoc(option as string, doc as string));
  const parameters = [...text.matchAll(PARAMETER)].map(([, option, says]) => ({
    name: option as string,
    says: says as string,
  }));
  const [says = ''] = text.split(/\n\s*\n|\n@/);
  return { name, says: says.replaceAll('\n', ' '), options: [...parameters, ...settings] };
}

/** What `baseName` is as the name of a function. */
function camelCase(baseName: string): string {
  return baseName.replace(/-(\w)/g, (_dash, letter: string) => letter.toUpperCase());
}

/**
 * The units of this package with their options, read from the comments in their sources.
 *
 * This module runs only where the sources do: the build of the package puts its result in its place (tsup.config.ts).
 */
export function unitDocs(): UnitDocs {
  const folders = UNIT_FOLDERS.map((folder) => {
    const path = new URL(`../${folder}/`, import.meta.url);
    const files = readdirSync(path).filter((file) => file.endsWith('.ts') && file !== 'index.ts');
    const units = files.flatMap((file) => {
      const source = readFileSync(new URL(file, path), 'utf8');
      const found = [...source.matchAll(FACTORY)].find(([, , name]) => name === camelCase(basename(file, '.ts')));
      return found === undefined || file === 'restricted.ts'
        ? []
        : [unitDoc(source, found[2] as string, found[1] as string)];
    });
    return [folder, units] as const;
  });
  return Object.fromEntries(folders) as unknown as UnitDocs;
}
