import { parseArgs } from 'node:util';

import { AppError } from './errors.js';
import { BadValue, optionName, type Option, type OptionTable } from './option-kinds.js';
import { commands, type CommandName, type CommandValues } from './options.js';
import { closest } from './suggest.js';

/** A command with everything it needs, or a request for information. */
export type CommandLine =
  | { readonly kind: 'help'; readonly command: CommandName | undefined }
  | { readonly kind: 'version' }
  | {
      [Name in CommandName]: {
        readonly kind: Name;
        /** Options as the table types them, defaults filled in. */
        readonly values: CommandValues<Name>;
        /** Keys of the options that stood on the command line. */
        readonly given: ReadonlySet<string>;
        /** Arguments that are no options. */
        readonly positionals: readonly string[];
      };
    }[CommandName];

const names = Object.keys(commands) as CommandName[];

function isCommand(word: string): word is CommandName {
  return Object.hasOwn(commands, word);
}

function usage(where: string, expected: string, found: string, remedy: string): AppError {
  return new AppError('usage', { where, expected, found, remedy });
}

/**
 * Reads the command line: the first word names the command, the rest belongs to it.
 * @throws AppError with exit code 2 and the closest known word
 */
export function parseCommandLine(argv: readonly string[]): CommandLine {
  const [first, ...rest] = argv;
  if (first === undefined) {
    throw usage('sentiment', `a command (${names.join(', ')})`, 'none', 'See sentiment --help.');
  }
  if (first === '--version') return { kind: 'version' };
  if (first === '--help' || first === '-h' || first === 'help') {
    return { kind: 'help', command: rest[0] !== undefined && isCommand(rest[0]) ? rest[0] : undefined };
  }
  if (!isCommand(first)) {
    const near = closest(first, names);
    throw new AppError('unknown-command', {
      where: 'sentiment',
      expected: `a command (${names.join(', ')})`,
      found: `'${first}'`,
      remedy: near ? `Did you mean ${near}?` : 'See sentiment --help.',
    });
  }
  return parseCommand(first, rest);
}

function parseCommand(command: CommandName, argv: readonly string[]): CommandLine {
  const { options, positionals: takesPositionals, required } = commands[command];
  // `pnpm run train -- --epochs 3` hands the two dashes on; without arguments of its own a command can drop them.
  const args = argv[0] === '--' && takesPositionals === '' ? argv.slice(1) : [...argv];
  const { values, positionals, help } = readTokens(command, args, options);
  if (help) return { kind: 'help', command };
  const extra = positionals[0];
  if (takesPositionals === '' && extra !== undefined) {
    throw usage(`sentiment ${command}`, 'options only', `the argument '${extra}'`, seeHelp(command));
  }
  for (const key of required) {
    if (!values.has(key)) {
      const name = `--${optionName(key)}`;
      throw new AppError('missing-value', {
        where: `sentiment ${command}`,
        expected: `${name} ${(options as OptionTable)[key]?.placeholder}`,
        found: 'none',
        remedy: `For example: ${commands[command].example}`,
      });
    }
  }
  const filled = Object.fromEntries(
    Object.entries(options as OptionTable).map(([key, option]) => [key, values.get(key) ?? option.default]),
  );
  // The table's types and the parsed values agree because each value came from its own option's `parse`.
  return {
    kind: command,
    values: filled,
    given: new Set(values.keys()),
    positionals,
  } as unknown as CommandLine;
}

interface ReadTokens {
  readonly values: ReadonlyMap<string, unknown>;
  readonly positionals: readonly string[];
  readonly help: boolean;
}

function readTokens(command: CommandName, args: readonly string[], table: OptionTable): ReadTokens {
  const keys = new Map(Object.keys(table).map((key) => [optionName(key), key]));
  const config = Object.fromEntries(
    Object.entries(table).map(([key, option]) => [
      optionName(key),
      { type: option.placeholder === '' ? ('boolean' as const) : ('string' as const) },
    ]),
  );
  // Not strict: parseArgs then hands every token over, and the messages can be ours.
  const { tokens } = parseArgs({
    args: [...args],
    options: { ...config, help: { type: 'boolean', short: 'h' } },
    strict: false,
    tokens: true,
  });
  const values = new Map<string, unknown>();
  const positionals: string[] = [];
  let help = false;
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    if (token.name === 'help') {
      help = true;
      continue;
    }
    const key = keys.get(token.name);
    const option = key === undefined ? undefined : table[key];
    if (key === undefined || option === undefined)
      throw unknownOption(command, token.rawName, [...keys.keys()]);
    values.set(key, readValue(`--${token.name}`, option, token.value, token.inlineValue ?? false));
  }
  return { values, positionals, help };
}

function readValue(
  name: string,
  option: Option<unknown>,
  value: string | undefined,
  inline: boolean,
): unknown {
  if (option.placeholder === '') {
    if (value !== undefined) {
      throw new AppError('bad-value', {
        where: name,
        expected: 'no value',
        found: `'${value}'`,
        remedy: `Write ${name} alone, or leave it out.`,
      });
    }
    return true;
  }
  // A lone `--model --epochs 3` forgot its value; `-1` is a number, for the option's own check.
  if (value === undefined || (!inline && /^-(?![\d.])/.test(value) && value !== '-')) {
    throw new AppError('missing-value', {
      where: name,
      expected: option.placeholder,
      found: value === undefined ? 'nothing' : `the option '${value}'`,
      remedy: `Write ${name} ${option.placeholder}; a value that begins with a dash needs ${name}=VALUE.`,
    });
  }
  try {
    return option.parse(value);
  } catch (error) {
    if (!(error instanceof BadValue)) throw error;
    // Words in small letters are meant literally; N and NAME=W stand for something.
    const near = closest(
      value,
      option.placeholder.split('|').filter((word) => /^[a-z-]+$/.test(word)),
    );
    throw new AppError('bad-value', {
      where: name,
      expected: error.message,
      found: `'${value}'`,
      remedy: near ? `Did you mean ${near}?` : `It means: ${option.help}.`,
    });
  }
}

function unknownOption(command: CommandName, found: string, known: readonly string[]): AppError {
  const near = closest(found.replace(/^-+/, ''), known);
  return new AppError('unknown-option', {
    where: `sentiment ${command}`,
    expected: 'a known option',
    found: `'${found}'`,
    remedy: near ? `Did you mean --${near}?` : seeHelp(command),
  });
}

function seeHelp(command: CommandName): string {
  return `See sentiment ${command} --help.`;
}
