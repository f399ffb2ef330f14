import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';

import { commandHelp, optionsMarkdown, overviewHelp } from '../src/help.js';
import { optionName, type OptionTable } from '../src/option-kinds.js';
import { commands, type CommandName } from '../src/options.js';

const names = Object.keys(commands) as CommandName[];
/** Prettier pads the cells of tables. */
function unpadded(markdown: string): string {
  return markdown.replaceAll(/ +/g, ' ').replaceAll(/-{3,}/g, '---');
}

const readme = unpadded(readFileSync(new URL('../README.md', import.meta.url), 'utf8'));

describe('help', () => {
  it('lists the commands that exist', () => {
    for (const name of names) expect(overviewHelp()).toContain(`  ${name} `);
  });

  it.each(names)('%s: every option with its default', (name) => {
    const help = commandHelp(name);
    const options: OptionTable = commands[name].options;
    for (const [key, option] of Object.entries(options)) {
      expect(help).toContain(`--${optionName(key)}`);
      expect(help).toContain(option.help);
    }
    // Windows consoles mangle anything else.
    expect(help).toMatch(/^[\x20-\x7e\n]*$/);
  });

  it.each(names)('%s: the README has the same table', (name) => {
    expect(readme).toContain(
      unpadded(`### ${name}

${commands[name].summary}.

${optionsMarkdown(name)}
`),
    );
  });
});
