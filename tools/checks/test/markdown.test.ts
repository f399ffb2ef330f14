import { describe, expect, it } from '@jest/globals';
import { parseMarkdown, slug } from '../src/markdown.js';

const PAGE = `# One page
## Twice
## Twice
See [a](other.md#top "title"), ![b](<pic.png>), \`[no](code.md)\` and [c][ref].

[ref]: https://example.org

\`\`\`ts no-run
const a = 1; // [no](in-code.md)
# no heading
\`\`\`

\`\`\`ts
console.log(1);
\`\`\`

\`\`\`text
1
\`\`\`

<a id="by-hand"></a>
`;

describe('parseMarkdown', () => {
  const page = parseMarkdown(PAGE);

  it('finds fences with line, flags, code and the output that follows', () => {
    expect(page.fences).toEqual([
      {
        line: 8,
        language: 'ts',
        flags: ['no-run'],
        code: 'const a = 1; // [no](in-code.md)\n# no heading',
        output: undefined,
      },
      { line: 13, language: 'ts', flags: [], code: 'console.log(1);', output: '1' },
      { line: 17, language: 'text', flags: [], code: '1', output: undefined },
    ]);
  });

  it('finds links outside code', () => {
    expect(page.links).toEqual([
      { line: 4, target: 'other.md#top' },
      { line: 4, target: 'pic.png' },
      { line: 6, target: 'https://example.org' },
    ]);
  });

  it('numbers repeated headings and keeps explicit ids', () => {
    expect([...page.anchors]).toEqual(['one-page', 'twice', 'twice-1', 'by-hand']);
  });

  it.each([
    ['`fit` and *evaluate*, step by step', 'fit-and-evaluate-step-by-step'],
    ['What is B, T & D?', 'what-is-b-t--d'],
    ['A [link](x.md) inside', 'a-link-inside'],
  ])('makes the anchor of "%s"', (heading, anchor) => {
    expect(slug(heading)).toBe(anchor);
  });
});
