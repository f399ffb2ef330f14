import { describe, expect, it } from '@jest/globals';

import { html, Html, printable } from '../../src/report-page/html.js';

describe('html', () => {
  it('escapes what is filled in, for text and for quoted attributes, and nothing twice', () => {
    const text = `<b title='x' class="y">&amp;</b>`;
    const escaped = '&lt;b title=&#39;x&#39; class=&quot;y&quot;&gt;&amp;amp;&lt;/b&gt;';
    const inner = html`<p title="${text}">${text}</p>`;
    expect(inner.markup).toBe(`<p title="${escaped}">${escaped}</p>`);
    expect(html`<div>${inner}</div>`.markup).toBe(`<div>${inner.markup}</div>`);
  });

  it('takes numbers and lists, and leaves out what is absent', () => {
    const parts = [html`<i>1</i>`, '<', 2];
    expect(html`${parts}|${undefined}|${false}|${0}`.markup).toBe('<i>1</i>&lt;2|||0');
    expect(html``).toBeInstanceOf(Html);
  });

  it('replaces what no HTML may hold, and keeps what it may', () => {
    expect(printable('a\u0000b\u001b[31mc\ud800d\udc00e\u0085f\uffff')).toBe('a�b�[31mc�d�e�f�');
    expect(printable('tab\tline\nemoji 😀 ünï')).toBe('tab\tline\nemoji 😀 ünï');
    expect(html`${'\u0000<'}`.markup).toBe('�&lt;');
  });
});
