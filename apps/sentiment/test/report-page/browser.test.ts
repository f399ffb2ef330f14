import { pathToFileURL } from 'node:url';

import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';

import { findChromium, startChromium } from '../helpers/chromium.js';
import { fileWith } from '../helpers/files.js';
import { hostilePages } from '../helpers/report-page.js';

jest.setTimeout(120_000);

const executable = findChromium();
const run = executable === undefined ? describe.skip : describe;

/** What a page did while it was opened. */
interface Opened {
  readonly page: Page;
  /** Errors and warnings of the console, and what was thrown. */
  readonly complaints: string[];
  /** Addresses that were asked for. */
  readonly requests: string[];
}

run('in Chromium (needs one: apt-get install chromium, or BERTUNE_CHROMIUM with its path)', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await startChromium(executable ?? '');
  });

  afterAll(async () => {
    await browser.close();
  });

  async function open(url: string, colorScheme: 'light' | 'dark', width = 1280): Promise<Opened> {
    const page = await browser.newPage({ colorScheme, viewport: { width, height: 900 } });
    const complaints: string[] = [];
    const requests: string[] = [];
    page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('dialog', (dialog) => complaints.push(dialog.message()));
    page.on('request', (request) => requests.push(request.url()));
    await page.goto(url, { waitUntil: 'load' });
    return { page, complaints, requests };
  }

  it.each(Object.entries(hostilePages))(
    '%s: nothing runs, nothing is fetched, nothing is complained of',
    async (_, markup) => {
      const url = pathToFileURL(fileWith('report.html', markup())).href;
      const { page, complaints, requests } = await open(url, 'light');
      expect(complaints).toEqual([]);
      expect(requests).toEqual([url]);
      expect(await page.evaluate(() => 'hacked' in globalThis)).toBe(false);
      expect(await page.locator('script, img, iframe').count()).toBe(0);
      await page.close();
    },
  );

  it('is as wide as the window, a narrow one too, and shows every chart', async () => {
    const url = pathToFileURL(fileWith('report.html', hostilePages['several classes']?.() ?? '')).href;
    for (const width of [1280, 700, 380]) {
      const { page } = await open(url, 'light', width);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      const boxes = await page
        .locator('svg')
        .evaluateAll((all) => all.map((svg) => svg.getBoundingClientRect()));
      expect(boxes.length).toBeGreaterThan(8);
      for (const box of boxes) expect(Math.min(box.width, box.height)).toBeGreaterThan(50);
      await page.close();
    }
  });

  it('follows the scheme of the reader, is readable in both, and prints on white', async () => {
    const url = pathToFileURL(fileWith('report.html', hostilePages['two classes']?.() ?? '')).href;
    const coloursOf = (page: Page): Promise<[number, number, number]> =>
      page.evaluate(() => {
        const light = (of: string, what: 'color' | 'backgroundColor'): number => {
          const element = document.querySelector(of) ?? document.body;
          const [r = 0, g = 0, b = 0] = (getComputedStyle(element)[what].match(/[\d.]+/g) ?? []).map(Number);
          return (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255;
        };
        return [light('figure', 'backgroundColor'), light('h3', 'color'), light('svg text', 'color')];
      });
    const [light, dark] = [await open(url, 'light'), await open(url, 'dark')];
    for (const text of [1, 2]) {
      expect((await coloursOf(light.page))[text]).toBeLessThan(0.3);
      expect((await coloursOf(dark.page))[text]).toBeGreaterThan(0.6);
    }
    expect((await coloursOf(light.page))[0]).toBeGreaterThan(0.95);
    expect((await coloursOf(dark.page))[0]).toBeLessThan(0.2);
    await dark.page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect((await coloursOf(dark.page))[0]).toBeGreaterThan(0.95);
    const pdf = await dark.page.pdf({ format: 'A4' });
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    expect(pdf.length).toBeGreaterThan(20_000);
    expect([...light.complaints, ...dark.complaints]).toEqual([]);
    await light.page.close();
    await dark.page.close();
  });
});
