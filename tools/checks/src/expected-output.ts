import ts from 'typescript';

/** One line that an example says it prints. */
export interface ExpectedLine {
  /** 1-based, in the source given */
  readonly line: number;
  readonly text: string;
}

/**
 * What a page says an example prints: the comment at the end of each `console.log(...)` statement, in source order.
 * A comment on a line of its own is prose, not output.
 */
export function expectedLines(source: string): ExpectedLine[] {
  const file = ts.createSourceFile('example.ts', source, ts.ScriptTarget.ES2022, true);
  const found: ExpectedLine[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isExpressionStatement(node) && isConsoleLog(node.expression)) {
      const comment = ts.getTrailingCommentRanges(source, node.end)?.[0];
      if (comment?.kind === ts.SyntaxKind.SingleLineCommentTrivia) {
        const line = file.getLineAndCharacterOfPosition(comment.pos).line + 1;
        found.push({ line, text: source.slice(comment.pos + 2, comment.end).trim() });
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function isConsoleLog(node: ts.Expression): boolean {
  return ts.isCallExpression(node) && node.expression.getText() === 'console.log';
}

/**
 * Compares what an example printed with what its page says.
 * @param output whole of standard output
 * @param expected lines in order; `line` is the page's line number
 * @returns the first difference in words, with the page's line, or undefined where they agree
 */
export function compareOutput(
  output: string,
  expected: readonly ExpectedLine[],
): { line: number | undefined; message: string } | undefined {
  const printed = output.trimEnd() === '' ? [] : output.trimEnd().split('\n');
  for (let index = 0; index < Math.max(printed.length, expected.length); index++) {
    const want = expected.at(index);
    const got = printed.at(index)?.trim();
    if (want === undefined)
      return { line: undefined, message: `prints a line the page does not show: ${got ?? ''}` };
    if (got === undefined)
      return { line: want.line, message: `the page shows "${want.text}", nothing was printed` };
    if (got !== want.text)
      return { line: want.line, message: `the page shows "${want.text}", printed was "${got}"` };
  }
  return undefined;
}
