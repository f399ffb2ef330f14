import { afterEach, describe, expect, it } from '@jest/globals';
import { checkLinks } from '../src/links.js';
import { formatProblem } from '../src/problem.js';
import { Scratch } from './scratch.js';

describe('checkLinks', () => {
  const scratch = new Scratch();
  afterEach(() => scratch.dispose());

  it('reports what leads nowhere, with file and line', () => {
    scratch.write({
      'README.md': [
        '# Top',
        '[ok](docs/a.md#a-heading) [ok](docs/) [ok](#top) [web](https://example.org/x)',
        '[1](docs/b.md)',
        '[2](docs/a.md#b-heading)',
        '[3](#bottom)',
        '[4](/docs/a.md)',
        '[5](../elsewhere.md)',
      ].join('\n'),
      'docs/a.md': '# A heading\n[up](../README.md#top)\n',
    });
    expect(checkLinks(scratch.root, ['README.md', 'docs/a.md']).map(formatProblem)).toEqual([
      'README.md:3: docs/b.md: no such file',
      'README.md:4: docs/a.md#b-heading: no heading of docs/a.md has this anchor',
      'README.md:5: #bottom: no heading of README.md has this anchor',
      'README.md:6: /docs/a.md: link relative to this page instead',
      'README.md:7: ../elsewhere.md: lies outside the repository',
    ]);
  });
});
