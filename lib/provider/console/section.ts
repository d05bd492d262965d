import { html, type Markup } from '../../internal/html.js';
import type { ActiveFault } from '../faults/fault-queues.js';
import type { SiteConditions } from '../options.js';
import type { PageContext } from '../pages/index.js';
import { durationText } from './durations.js';
import { consoleTexts, namesFor } from './texts.js';

/** What is not as usual at the site now. */
export interface SiteState {
  conditions: SiteConditions;
  /** The conditions when everything works, and the names of those that differ from that. */
  normal: SiteConditions;
  unusual: readonly (keyof SiteConditions)[];
  faults: readonly ActiveFault[];
  /** Milliseconds since 1970, by the site's clock, and how far that is ahead of the real one. */
  now: number;
  ahead: number;
}

/** A page of the console. */
export interface ConsoleContext extends PageContext {
  state: SiteState;
  /** Path and query of the page, to come back to after a form. */
  here: string;
}

export const tabs = {
  requests: '/console',
  trouble: '/console/trouble',
  people: '/console/people',
  apps: '/console/apps',
} as const;

/** What all pages of the console have: its style and script, its tabs, and what is not normal at the site. */
export function consoleSection(context: ConsoleContext, eventsURL: string | null): NonNullable<PageContext['section']> {
  const texts = consoleTexts(context.language);
  const links = Object.entries(tabs).map(([name, path]) => {
    const isCurrent = path === tabs.requests ? context.path === path : context.path.startsWith(path);
    // Its keys are those of `tabs`.
    const label = texts.tabs[name as keyof typeof tabs];
    return html`<li>
      <a href="${path}" ${isCurrent ? html`aria-current="${context.path === path ? 'page' : 'true'}"` : null}
        >${label}</a
      >
    </li>`;
  });
  return {
    head: html`<link rel="stylesheet" href="/console/style.css" />
      ${eventsURL === null ? null : html`<script src="/console/script.js" defer></script>`}`,
    top: html`<nav class="tabs" aria-label="${texts.title}">
        <ul>
          ${links}
        </ul>
      </nav>
      <section
        class="state"
        id="console-status"
        aria-label="${texts.status.label}"
        data-renew
        data-events="${eventsURL}"
      >
        ${stateBar(context)}
      </section>`,
  };
}

/** The field that brings a form's sender back to the page, and there to a part such as `#faults`. */
export function returnField({ here }: ConsoleContext, part = ''): Markup {
  return html`<input type="hidden" name="return_to" value="${here}${part}" />`;
}

/** The value of a condition that is no matter of yes or no, as one types it; empty for the others. */
export function conditionText(value: unknown): string {
  if (Array.isArray(value)) return value.map(conditionText).join(', ');
  return typeof value === 'string' ? value : '';
}

function stateBar(context: ConsoleContext): Markup {
  const { state, language } = context;
  const { status: texts, trouble } = consoleTexts(language);
  const { states } = namesFor(language);
  const conditions = state.unusual.map((name) => ({
    label: [states[name]?.title ?? name, conditionText(state.conditions[name])].filter(Boolean).join(': '),
    action: '/console/state',
    fields: html`<input type="hidden" name="off" value="${name}" />`,
  }));
  const faults = state.faults.map(({ endpoint, name, isKept }) => ({
    label: `${endpoint}: ${name}, ${isKept ? texts.kept : texts.once}`,
    action: '/console/fault',
    fields: html`<input type="hidden" name="endpoint" value="${endpoint}" />
      <input type="hidden" name="off" value="${name}" />`,
  }));
  const chips = [...conditions, ...faults].map(
    ({ label, action, fields }) =>
      html`<li>
        <form method="post" action="${action}" class="chip">
          ${returnField(context)}${fields}<span>${label}</span>
          <button class="off" aria-label="${trouble.off}: ${label}" title="${trouble.off}">×</button>
        </form>
      </li>`,
  );
  const ahead =
    state.ahead < 1000 ? null : html`<p class="hint">${texts.clock(durationText(language, state.ahead / 1000))}</p>`;
  if (chips.length === 0)
    return html`<p class="calm">${texts.normal}</p>
      ${ahead}`;
  return html`<ul class="chips">
      ${chips}
    </ul>
    ${ahead}
    <form method="post" action="/console/normal">${returnField(context)}<button>${texts.reset}</button></form>`;
}
