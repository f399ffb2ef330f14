import { optionName, type Option, type OptionTable } from './option-kinds.js';
import { commands, type CommandName } from './options.js';

const names = Object.keys(commands) as CommandName[];

function signature(key: string, option: Option<unknown>): string {
  return `--${optionName(key)}${option.placeholder ? ` ${option.placeholder}` : ''}`;
}

function describe(option: Option<unknown>): string {
  if (option.defaultText === '') return option.help;
  return option.defaultText === 'required'
    ? `${option.help} (required)`
    : `${option.help} (default: ${option.defaultText})`;
}

/** Text of `sentiment --help`. */
export function overviewHelp(): string {
  const width = Math.max(...names.map((name) => name.length));
  return [
    'Text classification with BERT: train, measure, use.',
    '',
    'Usage: sentiment COMMAND [options]',
    '',
    ...names.map((name) => `  ${name.padEnd(width)}  ${commands[name].summary}`),
    '',
    'sentiment COMMAND --help lists the options of one command. Relative paths start at the folder you stand in.',
    'Data goes to standard output, progress to standard error. Exit: 0 done, 1 failed, 2 wrong usage.',
    '',
  ].join('\n');
}

/** Text of `sentiment COMMAND --help`, made from the table of options. */
export function commandHelp(name: CommandName): string {
  const { summary, positionals, example, options } = commands[name];
  const lines = Object.entries(options as OptionTable).map(
    ([key, option]) => `  ${signature(key, option)}\n      ${describe(option)}`,
  );
  return [
    `${summary}.`,
    '',
    `Usage: sentiment ${name} [options]${positionals ? ` [${positionals} ...]` : ''}`,
    '',
    ...lines,
    '',
    `Example: ${example}`,
    '',
  ].join('\n');
}

/** The options of one command as a Markdown table: the README holds it, and a test compares. */
export function optionsMarkdown(name: CommandName): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|');
  const rows = Object.entries(commands[name].options as OptionTable).map(
    ([key, option]) =>
      `| \`${cell(signature(key, option))}\` | ${cell(option.help)} | ${cell(option.defaultText)} |`,
  );
  return ['| option | meaning | default |', '| --- | --- | --- |', ...rows].join('\n');
}
