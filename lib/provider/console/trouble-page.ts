import { html, type Markup } from '../../internal/html.js';
import { endpoints, faultNamesOf, type Endpoint } from '../faults/faults.js';
import { conditionNames } from '../options.js';
import { renderPage } from '../pages/index.js';
import { conditionText, returnField, tabs, type ConsoleContext } from './section.js';
import { consoleTexts, namesFor } from './texts.js';

/** "What can go wrong": switches for the states of the site, the faults of one endpoint, and the clock. */
export function troublePage(context: ConsoleContext, { endpoint }: { endpoint: Endpoint }): string {
  const { trouble: texts, title } = consoleTexts(context.language);
  const body = html`<h1>${texts.title}</h1>
    <h2 id="states">${texts.states}</h2>
    <p>${texts.statesLead}</p>
    ${stateSwitches(context)}
    <h2 id="clock">${texts.clock}</h2>
    ${clockForms(context)}
    <h2 id="faults">${texts.faults}</h2>
    <p>${texts.faultsLead}</p>
    ${endpointLinks(context, endpoint)} ${faultSwitches(context, endpoint)} ${faultsWithNumbers(context, endpoint)}`;
  return renderPage(context, { title: `${texts.title} – ${title}`, body });
}

/** Faults of every endpoint that are not in the list of names. */
const furtherFaults = ['reset before'];

function stateSwitches(context: ConsoleContext): Markup {
  const { trouble: texts } = consoleTexts(context.language);
  const { states } = namesFor(context.language);
  const { unusual, normal, conditions } = context.state;
  const rows = conditionNames.map((name) => {
    const { title, lead } = states[name] ?? { title: name, lead: '' };
    const isOn = unusual.includes(name);
    const off = button('off', name, texts.off, title);
    const toggle = isOn ? off : button('on', name, texts.on, title);
    return switchRow({
      title,
      lead,
      on: isOn ? texts.isOn : null,
      buttons: html`<form method="post" action="/console/state" class="actions">
        ${returnField(context, '#states')}
        ${
          typeof normal[name] === 'boolean'
            ? toggle
            : html`<input name="value" aria-label="${title}" value="${conditionText(conditions[name])}" required />
                ${button('on', name, texts.set, title)} ${isOn ? off : null}`
        }
      </form>`,
    });
  });
  return html`<ul class="switches" id="state-switches" data-renew>
    ${rows}
  </ul>`;
}

function endpointLinks({ language }: ConsoleContext, current: Endpoint): Markup {
  const texts = consoleTexts(language);
  const links = endpoints.map(
    (endpoint) =>
      html`<li>
        <a href="${tabs.trouble}?endpoint=${endpoint}#faults" ${endpoint === current ? html`aria-current="true"` : null}
          >${texts.endpoints[endpoint]} <code>${endpoint}</code></a
        >
      </li>`,
  );
  return html`<nav class="endpoints" aria-label="${texts.trouble.endpoint}">
    <ul>
      ${links}
    </ul>
  </nav>`;
}

function faultSwitches(context: ConsoleContext, endpoint: Endpoint): Markup {
  const { trouble: texts } = consoleTexts(context.language);
  const { faults: leads } = namesFor(context.language);
  const active = context.state.faults.filter((fault) => fault.endpoint === endpoint);
  const rows = [...faultNamesOf(endpoint), ...furtherFaults].map((name) => {
    const same = active.filter((fault) => fault.name === name);
    const waiting = same.filter(({ isKept }) => !isKept).length;
    const isKept = same.length > waiting;
    return switchRow({
      title: name,
      lead: leads[name] ?? '',
      on: same.length === 0 ? null : isKept ? texts.onEvery : texts.onNext(waiting),
      buttons: html`${button('once', name, texts.next, name)}
      ${same.length === 0 ? button('keep', name, texts.every, name) : button('off', name, texts.off, name)}`,
    });
  });
  return html`<form method="post" action="/console/fault" id="fault-switches" data-renew>
    ${returnField(context, '#faults')}<input type="hidden" name="endpoint" value="${endpoint}" />
    <ul class="switches">
      ${rows}
    </ul>
  </form>`;
}

/** The faults that need a number. */
function faultsWithNumbers(context: ConsoleContext, endpoint: Endpoint): Markup {
  const { trouble: texts } = consoleTexts(context.language);
  const form = (name: 'status' | 'delay', label: string, lead: string, limits: Markup): Markup =>
    html`<form method="post" action="/console/fault" class="number">
      ${returnField(context, '#faults')}<input type="hidden" name="endpoint" value="${endpoint}" />
      <label for="${name}">${label}</label>
      <p class="hint" id="${name}-hint">${lead}</p>
      <div class="actions">
        <input type="number" id="${name}" name="number" aria-describedby="${name}-hint" required ${limits} />
        ${button('once', name, texts.next, label)} ${button('keep', name, texts.every, label)}
      </div>
    </form>`;
  return html`<div class="numbers">
    ${form('status', texts.statusCode, texts.statusLead, html`min="200" max="599" value="503"`)}
    ${form('delay', texts.delay, texts.delayLead, html`min="0" max="600" step="any" value="5"`)}
  </div>`;
}

function clockForms(context: ConsoleContext): Markup {
  const { language, state } = context;
  const { trouble: texts } = consoleTexts(language);
  const now = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'medium' }).format(state.now);
  return html`<p>${texts.clockLead(now)}</p>
    <form method="post" action="/console/clock" class="actions">
      ${returnField(context, '#clock')}
      ${Object.entries(texts.amounts).map(
        ([seconds, label]) => html`<button name="seconds" value="${seconds}">${label}</button>`,
      )}
    </form>
    <form method="post" action="/console/clock" class="number">
      ${returnField(context, '#clock')}
      <label for="seconds">${texts.seconds}</label>
      <div class="actions">
        <input type="number" id="seconds" name="seconds" min="0" step="1" max="${longestMove}" required />
        <button>${texts.move}</button>
      </div>
    </form>`;
}

/** Ten years in seconds: later dates may be none. */
export const longestMove = 10 * 365 * 86_400;

interface Row {
  title: string;
  lead: string;
  /** What is on; null when it is off. */
  on: string | null;
  buttons: Markup;
}

function switchRow({ title, lead, on, buttons }: Row): Markup {
  return html`<li ${on === null ? null : html`class="on"`}>
    <div class="names">
      <strong>${title}</strong> ${on === null ? null : html`<span class="badge">${on}</span>`}
      <span class="muted">${lead}</span>
    </div>
    <div class="actions">${buttons}</div>
  </li>`;
}

function button(name: string, value: string, label: string, subject: string): Markup {
  return html`<button name="${name}" value="${value}" aria-label="${label}: ${subject}">${label}</button>`;
}
