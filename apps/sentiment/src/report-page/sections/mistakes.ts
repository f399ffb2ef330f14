import type { Task } from '../../options.js';
import type { ExplainedMistake } from '../attribution/explain-mistakes.js';
import type { Passage } from '../attribution/passages.js';
import { html, type Html } from '../html.js';
import { magnitude, signed } from '../numbers.js';
import { shortened } from '../plot.js';

/** What the model did not read is shown up to this many characters. */
const mostUnread = 300;

/** Shade of the strongest token, in percent; the text must stay readable on it. */
const strongest = 62;

function shade(passage: Passage, largest: number): Html {
  const { text, value, isRead } = passage;
  if (!isRead) {
    const shown = text.length > mostUnread ? `${text.slice(0, mostUnread)}…` : text;
    return html`<span class="unread" title="longer than the model reads">${shown}</span>`;
  }
  if (value === undefined) return html`${text}`;
  const share = largest === 0 ? 0 : Math.round((strongest * Math.abs(value)) / largest);
  const side = value < 0 ? 'against' : 'for';
  return html`<mark class="${side}" style="--share: ${share};" title="${text} ${signed(value)}"
    >${text}</mark
  >`;
}

/** The tokens that did most, in words: colours alone do not reach everybody. */
function strongestTokens(texts: ExplainedMistake['texts']): string {
  const tokens = texts.flat().filter(({ value }) => value !== undefined && Math.abs(value) >= 5e-4);
  const strongest = tokens.sort((a, b) => Math.abs(b.value ?? 0) - Math.abs(a.value ?? 0)).slice(0, 4);
  return strongest.map(({ text, value }) => `“${shortened(text, 20)}” ${signed(value ?? 0)}`).join(', ');
}

function explanation({ texts, sums }: ExplainedMistake): Html | undefined {
  if (!sums) return undefined;
  const { score, baselineScore, completenessError } = sums;
  const added = score - baselineScore + completenessError;
  return html`Strongest: <span class="outside">${strongestTokens(texts) || 'none'}</span>. Score
    ${signed(score)}: ${signed(baselineScore)} without the words, ${signed(added)} from them; completeness
    error ${magnitude(completenessError)}.`;
}

function article(explained: ExplainedMistake): Html {
  const { mistake, texts } = explained;
  const values = texts.flat().map(({ value }) => Math.abs(value ?? 0));
  const largest = Math.max(0, ...values);
  const isEmpty = texts.every((passages) => passages.length === 0);
  const readings = texts.map((passages, at) => {
    const body = passages.map((passage) => shade(passage, largest));
    return at === 0 ? html`<span>${body}</span>` : html`<span class="pair">${body}</span>`;
  });
  return html`<article>
    <header>
      <span>said <b class="outside">${mistake.guess}</b> (${mistake.sureness})</span
      ><span>in truth <b class="outside">${mistake.truth}</b></span>
    </header>
    <p class="reading">${isEmpty ? '(empty text)' : readings}</p>
    ${explained.sums && html`<p class="muted small">${explanation(explained)}</p>`}
  </article> `;
}

/** What the score is whose parts are shown. */
const scoreMeaning: Readonly<Record<Task, string>> = {
  'single-label': 'the logit of what the model said less that of the truth',
  sigmoid: 'the logit of the second class, or that of the first with its sign turned',
  'multi-label':
    'the logit of the label that was said wrongly, its sign turned where it was left out wrongly',
  regression: 'the value',
};

/** The worst mistakes, with what each token of them did. */
export function mistakesSection(mistakes: readonly ExplainedMistake[], task: Task): Html {
  if (mistakes.length === 0)
    return html`<h2>Mistakes</h2>
      <p>There are none.</p>`;
  const isRegression = task === 'regression';
  const unexplained = mistakes.filter(({ sums }) => !sums).length;
  const [raises, lowers] = isRegression
    ? ['raises the value', 'lowers it']
    : ['speaks for what the model said', 'speaks against it'];
  return html`<h2>${isRegression ? 'Farthest guesses' : 'Most confident mistakes'}</h2>
    <ul class="legend">
      <li><i class="block" style="background: var(--for)"></i>${raises}</li>
      <li><i class="block" style="background: var(--against)"></i>${lowers}</li>
    </ul>
    <p class="muted small">
      What each token adds to a score, ${scoreMeaning[task]}: integrated gradients over the word embeddings
      (Sundararajan et al. 2017), from a text whose words are all [PAD] to this one. Each text has its own
      shades. The completeness error is how far the tokens' sum is
      off.${unexplained > 0 && ` There was no time to explain the last ${unexplained}.`}
    </p>
    <div class="mistakes">${mistakes.map(article)}</div> `;
}
