import { html } from '../../internal/html.js';
import { guideEn } from './guide.en.js';
import { guideFr } from './guide.fr.js';
import { topics, type DocumentedSite, type Guide, type Topic } from './guide.js';
import { renderPage, type PageContext } from '../pages/index.js';

export function isTopic(value: unknown): value is Topic {
  return topics.some((topic) => topic === value);
}

/** One page of the protocol's documentation, with this provider's own addresses in its examples. */
export function developerPage(context: PageContext, { topic, siteURL }: { topic: Topic; siteURL: string }): string {
  const guide: Guide = context.language === 'fr' ? guideFr : guideEn;
  const site: DocumentedSite = { name: context.siteName, url: siteURL };
  const contents = topics.map((entry) => {
    const path = entry === 'start' ? '/developers' : `/developers/${entry}`;
    const { title } = guide.pages[entry];
    return entry === topic
      ? html`<li><a href="${path}" aria-current="page">${title}</a></li>`
      : html`<li><a href="${path}">${title}</a></li>`;
  });
  const { title, body } = guide.pages[topic];
  const page = html`<div class="docs">
    <nav aria-label="${guide.contents}">
      <ul class="contents">
        ${contents}
      </ul>
    </nav>
    <h1>${title}</h1>
    ${body(site)}
  </div>`;
  return renderPage(context, { title, body: page });
}
