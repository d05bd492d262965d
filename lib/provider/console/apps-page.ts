import { html, type Markup } from '../../internal/html.js';
import { copyLabels } from '../dashboard/app-pages.js';
import { renderPage, avatar } from '../pages/index.js';
import type { RegisteredApp } from '../store/app-form.js';
import { tabs, type ConsoleContext } from './section.js';
import { consoleTexts } from './texts.js';

/** An app, with the lines for its environment. */
export interface AppWithEnvironment {
  app: RegisteredApp;
  environment: string;
}

/** "Apps": one click copies all that an app needs to know of this provider. */
export function consoleAppsPage(context: ConsoleContext, apps: readonly AppWithEnvironment[]): string {
  const { apps: texts, title } = consoleTexts(context.language);
  const body = html`<div class="heading">
      <h1>${texts.title}</h1>
      <a class="button primary" href="${tabs.apps}/new">${texts.create}</a>
    </div>
    <p>${texts.lead}</p>
    ${apps.length === 0 ? html`<p>${texts.none}</p>` : null}
    <ul class="apps">
      ${apps.map((each) => appCard(context, each))}
    </ul>`;
  return renderPage(context, { title: `${texts.title} – ${title}`, body });
}

function appCard(context: ConsoleContext, { app, environment }: AppWithEnvironment): Markup {
  const { apps: texts } = consoleTexts(context.language);
  const home = `${tabs.apps}/${app.appId}`;
  const link = (path: string, label: string): Markup =>
    html`<a class="button" href="${path}" aria-label="${label}: ${app.name}">${label}</a>`;
  return html`<li class="card">
    <div class="heading">
      <div class="named">
        ${avatar(app.name, app.iconURL)}
        <div class="names">
          <h2>${app.name}</h2>
          <span class="muted">${app.redirectURL}</span>
        </div>
      </div>
      <div class="actions">
        ${link(home, texts.code)} ${link(`${home}/edit`, texts.edit)} ${link(`${home}/delete`, texts.remove)}
      </div>
    </div>
    <div class="snippet">
      <pre tabindex="0" aria-label="${texts.environment(app.name)}" ${copyLabels(context, texts.copy)}>
${environment}</pre>
    </div>
  </li>`;
}
