import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';
import { parseHTML } from 'linkedom';

import { hostile, twoClasses } from '../helpers/evaluations.js';
import { temporaryFolder } from '../helpers/files.js';
import { hostilePages, pageOf } from '../helpers/report-page.js';
import { writeReportPage } from '../../src/report-page/write-report-page.js';

/** What is there of the hostile text, what HTML cannot hold replaced. */
const shown = hostile.replaceAll('\u0000', '\ufffd').replaceAll('\ud800', '\ufffd');

describe.each(Object.entries(hostilePages))('a page of %s', (_, page) => {
  const markup = page();
  const { document } = parseHTML(markup);
  const elements = [...document.querySelectorAll('*')];

  it('loads nothing from anywhere, and is told not to', () => {
    for (const element of elements) {
      for (const name of ['src', 'srcset', 'href', 'xlink:href', 'data', 'poster', 'action', 'background']) {
        const value = element.getAttribute(name);
        if (value !== null) expect([name, value]).toEqual([name, 'data:,']);
      }
      expect(element.getAttribute('style') ?? '').not.toMatch(/url\(|@import/);
    }
    for (const { textContent } of document.querySelectorAll('style')) {
      expect(textContent).not.toMatch(/url\(|@import/);
    }
    const policy = document
      .querySelector('meta[http-equiv="Content-Security-Policy"]')
      ?.getAttribute('content');
    expect(policy).toBe("default-src 'none'; style-src 'unsafe-inline'; img-src data:");
  });

  it('has texts as text: no element and no handler comes of them', () => {
    const names = new Set(elements.map(({ localName }) => localName));
    for (const name of [
      'script',
      'img',
      'b-',
      'iframe',
      'object',
      'embed',
      'form',
      'base',
      'foreignobject',
    ]) {
      expect([name, names.has(name)]).toEqual([name, false]);
    }
    const handlers = elements.flatMap(({ attributes }) =>
      [...attributes].filter(({ name }) => /^on/i.test(name)),
    );
    expect(handlers).toEqual([]);
    expect(document.querySelectorAll('title:not(svg title)')).toHaveLength(1);
    expect(document.body.textContent).toContain(shown);
    expect(markup).not.toContain('\u0000');
    expect(markup).not.toMatch(/\p{Surrogate}|⚠/u);
  });
});

describe('a page', () => {
  it('has every part that it names', () => {
    const { document } = parseHTML(pageOf(twoClasses()));
    const headings = [...document.querySelectorAll('h3')].map(({ textContent }) => textContent);
    for (const heading of [
      'Loss by epoch',
      'Learning rate',
      'Confusion matrix',
      'ROC curve',
      'Precision and recall',
      'Reliability diagram',
      'Length and error',
      'Classes',
      'Options',
      'Versions',
    ]) {
      expect(headings).toContain(heading);
    }
    const articles = [...document.querySelectorAll('article')].map(({ textContent }) =>
      textContent.replaceAll(/\s+/g, ' '),
    );
    expect(articles).toHaveLength(2);
    expect(articles[0]).toContain('said yes (probability 0.900)');
    expect(articles[0]).toContain('completeness error 1.0e-5');
    expect(articles[1]).not.toContain('completeness error');
    expect(document.body.textContent).toContain('There was no time to explain the last 1.');
    const [strongest] = document.querySelectorAll('mark');
    expect(strongest?.getAttribute('class')).toBe('for');
    expect(document.body.textContent).toContain('--class-weights');
    expect(document.body.textContent).not.toContain('--freeze');
  });

  it('leaves out the training where it was only measured', () => {
    const { training: _, ...rest } = { training: undefined };
    const { document } = parseHTML(pageOf(twoClasses(), rest));
    expect(document.querySelectorAll('svg').length).toBeGreaterThan(5);
  });
});

describe('writeReportPage', () => {
  it('says why there is no page, and leaves nothing half written', async () => {
    const folder = temporaryFolder();
    const { examples, scores, labels, report } = twoClasses();
    const tokenizer = {
      encodeAll: () => {
        throw new Error('out of\n  everything');
      },
    };
    const why = await writeReportPage(join(folder, 'report.html'), {
      loaded: { model: undefined, tokenizer, labels, maxLength: 8 } as never,
      of: 'test',
      examples,
      scores,
      report,
      facts: { options: {}, versions: {}, backend: { name: 'wasm', reason: '' } },
    });
    expect(why).toBe('no report.html: out of everything');
    expect(readdirSync(folder)).toEqual([]);
  });
});
