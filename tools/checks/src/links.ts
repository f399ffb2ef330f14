import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parseMarkdown } from './markdown.js';
import type { Problem } from './problem.js';

/**
 * Relative links that lead nowhere. Links to the web are not followed: tests need no network.
 * @param files Markdown pages, as paths from `root`
 */
export function checkLinks(root: string, files: readonly string[]): Problem[] {
  const anchors = new Map<string, ReadonlySet<string>>();
  const anchorsOf = (path: string): ReadonlySet<string> => {
    let found = anchors.get(path);
    if (!found) anchors.set(path, (found = parseMarkdown(readFileSync(path, 'utf8')).anchors));
    return found;
  };
  return files.flatMap((file) =>
    parseMarkdown(readFileSync(join(root, file), 'utf8')).links.flatMap(({ line, target }): Problem[] => {
      if (/^[a-z][a-z+.-]*:/i.test(target)) return [];
      const [path, anchor] = target.split('#', 2);
      if (path.startsWith('/'))
        return [{ file, line, message: `${target}: link relative to this page instead` }];
      const absolute = path === '' ? join(root, file) : join(root, dirname(file), decodeURIComponent(path));
      if (relative(root, absolute).startsWith('..')) {
        return [{ file, line, message: `${target}: lies outside the repository` }];
      }
      if (!existsSync(absolute)) return [{ file, line, message: `${target}: no such file` }];
      if (!anchor || !absolute.endsWith('.md') || statSync(absolute).isDirectory()) return [];
      if (anchorsOf(absolute).has(anchor)) return [];
      return [
        { file, line, message: `${target}: no heading of ${relative(root, absolute)} has this anchor` },
      ];
    }),
  );
}
