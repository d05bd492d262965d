import { html, type Markup } from '../../internal/html.js';
import type { RegisteredApp } from '../store/app-form.js';
import { redirectURLNotice } from './app-form-page.js';
import { avatar, renderPage, type PageContext } from '../pages/index.js';
import { installCommand, snippetsFor } from './snippets.js';
import { dashboardTexts, type DashboardTexts } from './texts.js';

/** The change that the page confirms, when it is shown right after one. */
export type Done = keyof DashboardTexts['done'];

/** An app that the user accepted. */
export interface AppLogin {
  app: RegisteredApp;
  acceptedAt: Date;
}

export function isDone(value: unknown): value is Done {
  return typeof value === 'string' && Object.hasOwn(dashboardTexts('en').done, value);
}

export function appsPage(
  context: PageContext,
  { apps, done }: { apps: readonly RegisteredApp[]; done?: Done },
): string {
  const texts = dashboardTexts(context.language).apps;
  const rows = apps.map(
    (app) =>
      html`<li>
        <div class="named">
          ${avatar(app.name, app.iconURL)}
          <div class="names">
            <a href="/developers/apps/${app.appId}"><strong>${app.name}</strong></a>
            <span class="muted">${app.domain}</span>
          </div>
        </div>
        <span class="muted">app_id <span class="value">${app.appId}</span></span>
      </li>`,
  );
  const body = html`<div class="heading">
      <h1>${texts.title}</h1>
      <a class="button primary" href="/developers/apps/new">${texts.create}</a>
    </div>
    ${doneNotice(context, done)}
    ${
      rows.length === 0
        ? html`<p>${texts.none}</p>`
        : html`<ul class="rows">
            ${rows}
          </ul>`
    }`;
  return renderPage(context, { title: texts.title, body });
}

interface AppPageContent {
  app: RegisteredApp;
  /** Path of the list of apps. */
  base: string;
  siteURL: string;
  sessionSecret: string;
  done?: Done;
}

/** One app: its id and secret, the fields of its form, and the code to paste. */
export function appPage(context: PageContext, { app, base, siteURL, sessionSecret, done }: AppPageContent): string {
  const { app: texts, fields, categories } = dashboardTexts(context.language);
  const home = `${base}/${app.appId}`;
  const copy = copyLabels(context);
  const body = html`<div class="heading">
      <div class="named">
        ${avatar(app.name, app.iconURL)}
        <h1>${app.name}</h1>
      </div>
      <div class="actions">
        <a class="button" href="${home}/edit">${texts.edit}</a>
        <a class="button danger" href="${home}/delete">${texts.remove}</a>
      </div>
    </div>
    ${doneNotice(context, done)} ${redirectURLNotice(context, app.redirectURL)}
    <h2>${texts.credentials}</h2>
    <dl class="facts card">
      <dt>app_id</dt>
      <dd>
        <span class="copyable"><span class="value" ${copy}>${app.appId}</span></span>
      </dd>
      <dt>app_secret</dt>
      <dd>
        <details>
          <summary>${texts.show}</summary>
          <span class="copyable"><span class="value" ${copy}>${app.appSecret}</span></span>
        </details>
        <span class="hint">${texts.secretHint}</span>
      </dd>
    </dl>
    <h2>${texts.about}</h2>
    <dl class="facts card">
      ${fact(fields.domain, app.domain)} ${fact(fields.redirectURL, app.redirectURL)}
      ${fact(fields.description, app.description)} ${fact(fields.category, categories[app.category])}
    </dl>
    ${codeSection(context, snippetsFor(app, { name: context.siteName, url: siteURL, sessionSecret }))}`;
  return renderPage(context, { title: app.name, body });
}

function codeSection(context: PageContext, snippets: ReturnType<typeof snippetsFor>): Markup {
  const texts = dashboardTexts(context.language).app;
  const copy = copyLabels(context);
  const block = (id: string, code: string): Markup =>
    html`<div class="snippet" id="${id}"><pre tabindex="0" ${copy}>${code}</pre></div>`;
  return html`<h2>${texts.code}</h2>
    <p>${texts.install}</p>
    ${block('code-install', installCommand)}
    <p>${texts.env}</p>
    <details>
      <summary>${texts.showEnv}</summary>
      ${block('code-env', snippets.env)}
    </details>
    <h3>${texts.typeScript}</h3>
    ${block('code-typescript', snippets.typeScript)}
    <h3>${texts.javaScript}</h3>
    ${block('code-javascript', snippets.javaScript)}
    <p>${texts.tryIt} <a href="${snippets.startURL}">${snippets.startURL}</a></p>
    <p class="hint">${texts.realSite(context.siteName)}</p>`;
}

export function deleteAppPage(context: PageContext, { app, base }: { app: RegisteredApp; base: string }): string {
  const texts = dashboardTexts(context.language).remove;
  const home = `${base}/${app.appId}`;
  const title = texts.title(app.name);
  const body = html`<div class="narrow card">
    <h1>${title}</h1>
    <p>${texts.lead}</p>
    <form method="post" action="${home}/delete" class="actions">
      <button class="danger">${texts.confirm}</button>
      <a class="button" href="${home}">${texts.cancel}</a>
    </form>
  </div>`;
  return renderPage(context, { title, body });
}

/** "My logins": the apps that the user accepted. */
export function loginsPage(
  context: PageContext,
  { logins, done }: { logins: readonly AppLogin[]; done?: Done },
): string {
  const texts = dashboardTexts(context.language).logins;
  const date = new Intl.DateTimeFormat(context.language, { dateStyle: 'long', timeStyle: 'short' });
  const rows = logins.map(
    ({ app, acceptedAt }) =>
      html`<li>
        <div class="named">
          ${avatar(app.name, app.iconURL)}
          <div class="names">
            <strong>${app.name}</strong>
            <span class="muted"
              >${texts.accepted} <time datetime="${acceptedAt.toISOString()}">${date.format(acceptedAt)}</time></span
            >
          </div>
        </div>
        <form method="post" action="/settings/apps/${app.appId}/remove">
          <button aria-label="${texts.remove} ${app.name}">${texts.remove}</button>
        </form>
      </li>`,
  );
  const body = html`<h1>${texts.title}</h1>
    ${doneNotice(context, done)}
    <p>${texts.lead}</p>
    ${
      rows.length === 0
        ? html`<p>${texts.none}</p>`
        : html`<ul class="rows">
            ${rows}
          </ul>`
    }`;
  return renderPage(context, { title: texts.title, body });
}

export function doneNotice({ language }: PageContext, done: Done | undefined): Markup | null {
  if (done === undefined) return null;
  return html`<p class="notice" role="status">${dashboardTexts(language).done[done]}</p>`;
}

function fact(label: string, value: string): Markup | null {
  if (value === '') return null;
  return html`<dt>${label}</dt>
    <dd>${value}</dd>`;
}

/** Attributes that make the script add a copy button. The labels are in them, so the script has no language. */
export function copyLabels({ language }: PageContext, label?: string): Markup {
  const texts = dashboardTexts(language).app;
  return html`data-copy="${label ?? texts.copy}" data-copied="${texts.copied}" data-copy-failed="${texts.copyFailed}"`;
}
