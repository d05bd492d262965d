import { html, type Markup } from '../../internal/html.js';
import {
  categories,
  redirectURLTraps,
  type AppField,
  type AppFormValues,
  type AppMistakes,
  type RegisteredApp,
} from '../store/app-form.js';
import { encodeEntities } from '../api/html-entities.js';
import { storedRedirectURL } from '../api/oauth.js';
import { renderPage, type PageContext } from '../pages/index.js';
import { dashboardTexts } from './texts.js';

interface AppFormContent {
  values: AppFormValues;
  mistakes: AppMistakes;
  /** The app that is being edited; absent for a new one. */
  app?: RegisteredApp;
  /** Path of the list of apps. */
  base: string;
}

/** "Create app" and "Edit", with what was typed and a message at each wrong field. */
export function appFormPage(context: PageContext, { values, mistakes, app, base }: AppFormContent): string {
  const texts = dashboardTexts(context.language);
  const title = app === undefined ? texts.form.createTitle : texts.form.editTitle(app.name);
  const home = app === undefined ? base : `${base}/${app.appId}`;
  const field = (name: AppField, control: (attributes: Markup) => Markup): Markup =>
    formField(context, { name, mistakes, control });
  const text = (name: AppField, attributes: Markup): Markup =>
    field(name, (described) => html`<input ${described} value="${values[name]}" ${attributes} />`);
  const body = html`<div class="form">
    <h1>${title}</h1>
    ${mistakesSummary(context, mistakes)}
    <form method="post" action="${app === undefined ? `${base}/new` : `${home}/edit`}" novalidate>
      ${text('name', html`required autocomplete="off"`)}
      ${text('domain', html`required autocomplete="off" autocapitalize="none" spellcheck="false"`)}
      ${text('redirectURL', html`required type="url" autocomplete="off"`)}
      ${mistakes.redirectURL === undefined ? redirectURLNotice(context, values.redirectURL) : null}
      ${field(
        'description',
        (described) => html`<textarea ${described} required rows="3">${values.description}</textarea>`,
      )}
      ${field(
        'category',
        (described) =>
          html`<select ${described} required>
            <option value="">${texts.form.choose}</option>
            ${categories.map(
              (category) =>
                html`<option value="${category}" ${values.category === category ? html`selected` : null}>
                  ${texts.categories[category]}
                </option>`,
            )}
          </select>`,
      )}
      ${text('iconURL', html`type="url" autocomplete="off"`)}
      <div class="actions">
        <button class="primary">${app === undefined ? texts.form.create : texts.form.save}</button>
        <a class="button" href="${home}">${texts.form.cancel}</a>
      </div>
    </form>
  </div>`;
  return renderPage(context, { title, body });
}

interface FieldContent {
  name: AppField;
  mistakes: AppMistakes;
  control: (attributes: Markup) => Markup;
}

function formField({ language }: PageContext, { name, mistakes, control }: FieldContent): Markup {
  const texts = dashboardTexts(language);
  const hint = texts.hints[name];
  const mistake = mistakes[name];
  const describedBy = [hint === null ? null : `${name}-hint`, mistake === undefined ? null : `${name}-error`]
    .filter((id) => id !== null)
    .join(' ');
  const attributes = html`id="${name}" name="${name}"
  ${describedBy === '' ? null : html`aria-describedby="${describedBy}"`}
  ${mistake === undefined ? null : html`aria-invalid="true"`}`;
  return html`<div class="field">
    <label for="${name}">${texts.fields[name]}</label>
    ${control(attributes)} ${hint === null ? null : html`<p class="hint" id="${name}-hint">${hint}</p>`}
    ${mistake === undefined ? null : html`<p class="error" id="${name}-error">${texts.mistakes[mistake]}</p>`}
  </div>`;
}

function mistakesSummary({ language }: PageContext, mistakes: AppMistakes): Markup | null {
  const texts = dashboardTexts(language);
  const items = Object.entries(mistakes).map(
    ([field, mistake]) => html`<li><a href="#${field}">${texts.mistakes[mistake]}</a></li>`,
  );
  if (items.length === 0) return null;
  return html`<div class="notice bad" role="alert">
    <p>${texts.form.mistakesTitle}</p>
    <ul>
      ${items}
    </ul>
  </div>`;
}

/** Warns of a query, a fragment or the length of the redirect URL, and shows the URL to which users come back. */
export function redirectURLNotice({ language }: PageContext, redirectURL: string): Markup | null {
  const texts = dashboardTexts(language).traps;
  const traps = redirectURLTraps(redirectURL);
  const stored = storedRedirectURL(redirectURL);
  const isCut = stored !== encodeEntities(redirectURL);
  if (!traps.query && !traps.fragment && !isCut) return null;
  return html`<div class="notice warn" role="note">
    <p><strong>${texts.title}</strong></p>
    <p>${texts.lead}</p>
    <p><code>${stored}?auth_key=…</code></p>
    ${traps.query ? html`<p>${texts.query}</p>` : null} ${traps.fragment ? html`<p>${texts.fragment}</p>` : null}
    ${isCut ? html`<p>${texts.cut}</p>` : null}
    <p>${texts.advice}</p>
  </div>`;
}
