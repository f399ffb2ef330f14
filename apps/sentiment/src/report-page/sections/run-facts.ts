import { optionName } from '../../option-kinds.js';
import type { RunRecord } from '../../run-record.js';
import { html, type Html } from '../html.js';

/** What is known of how a model was trained. */
export type TrainingFacts = Pick<RunRecord, 'history' | 'trainingSeconds' | 'examples'>;

/** What is known of a run, whether it trained or only measured. */
export interface RunFacts {
  /** Every option with the value that was used. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Versions of Node and of all packages. */
  readonly versions: Readonly<Record<string, string>>;
  /** What computed, and why. */
  readonly backend: { readonly name: string; readonly reason: string };
}

function shown(value: unknown): string {
  if (value instanceof Map) return [...value].map(([name, each]) => `${name}=${each}`).join(', ');
  if (Array.isArray(value)) return value.join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function table(title: string, rows: readonly (readonly [string, string])[]): Html {
  const body = rows.map(
    ([name, value]) =>
      html`<tr>
        <td>${name}</td>
        <td class="outside">${value}</td>
      </tr>`,
  );
  return html`<figure>
    <figcaption><h3>${title}</h3></figcaption>
    <table class="texts">
      <tbody>
        ${body}
      </tbody>
    </table>
  </figure>`;
}

/** Options, backend and versions. */
export function runFactsSection({ options, versions, backend }: RunFacts): Html {
  const given = Object.entries(options).filter(([, value]) => value !== undefined && value !== null);
  return html`<h2>Options and versions</h2>
    <div class="grid below">
      ${table(
        'Options',
        given.map(([name, value]) => [`--${optionName(name)}`, shown(value)]),
      )}
      ${table('Versions', [['backend', `${backend.name} (${backend.reason})`], ...Object.entries(versions)])}
    </div> `;
}
