import type { Browser } from 'playwright-core';
import { html, trustMarkup } from '../../../lib/internal/html.js';
import type { ExampleSite } from '../example-site.js';
import { photograph, savePicture, withTab, type Language, type Scheme } from './camera.js';
import { shrinkPNG } from './png.js';
import { acceptConsent, person, signIn } from './steps.js';

const panel = { width: 364, height: 640 };
/** Between two panels, for the arrow. */
const gap = 44;
/** Sharp on most screens, and not too large for a readme. */
const deviceScaleFactor = 2;

const captions = {
  en: ['Your app', 'Pimbuzz, on your machine', 'Logged in'],
  fr: ['Votre application', 'Pimbuzz, sur votre machine', 'Connecté'],
} as const;

/** Without what the person has to surprise apps. */
const plainPerson = { website: 'https://sam.example', cover: 'photos/2024/02/cover_sam.svg' };
const descriptions = { en: 'A small app to log in to.', fr: 'Une petite application où se connecter.' };
const biographies = { en: 'Bakes bread, and mends old radios.', fr: 'Fait du pain, et répare de vieilles radios.' };

/** Makes the picture of a login for the readme: the button, the question of the local site, the signed-in user. */
export async function pictureLogin(
  browser: Browser,
  site: ExampleSite,
  { language, scheme, path }: { language: Language; scheme: Scheme; path: string },
): Promise<void> {
  const pimbuzz = site.local('pimbuzz');
  pimbuzz.updateUser(person, { ...plainPerson, biography: biographies[language] });
  for (const app of pimbuzz.apps) {
    pimbuzz.revoke(person, app);
    pimbuzz.updateApp(app.appId, { domain: 'localhost:3000', description: descriptions[language] });
  }
  const panels = await withTab(browser, language, { viewport: panel, deviceScaleFactor }, async (tab) => {
    await tab.goto(site.url);
    const button = await photograph(tab, scheme);
    await tab.locator('a[href*="/auth/pimbuzz"]').first().click();
    await signIn(tab);
    const consent = await photograph(tab, scheme);
    await acceptConsent(tab);
    return [button, consent, await photograph(tab, scheme)];
  });
  const viewport = { width: 3 * panel.width + 2 * gap + 2 * 16, height: panel.height + 72 };
  await withTab(browser, language, { viewport, deviceScaleFactor }, async (tab) => {
    await tab.setContent(compose(panels, language));
    savePicture(path, shrinkPNG(await photograph(tab, scheme)));
  });
}

function compose(panels: readonly Buffer[], language: Language): string {
  const figures = panels.map(
    (png, index) =>
      html`<figure>
        <figcaption>${captions[language][index]}</figcaption>
        <img
          src="data:image/png;base64,${png.toString('base64')}"
          width="${panel.width}"
          height="${panel.height}"
          alt=""
        />
      </figure>`,
  );
  const style = `
    :root { color-scheme: light dark; }
    body { margin: 0; padding: 16px; background: light-dark(#ffffff, #0d1117); color: light-dark(#57606a, #9198a1); }
    main { display: flex; gap: ${gap}px; position: relative; }
    figure { margin: 0; position: relative; text-align: center; font: 600 17px/32px system-ui, sans-serif; }
    img {
      display: block; margin-top: 8px; border-radius: 14px; outline: 1px solid light-dark(#d0d7de, #3d444d);
    }
    figure + figure::before {
      content: '→'; position: absolute; left: -${gap}px; width: ${gap}px; top: ${40 + panel.height / 2 - 24}px;
      font: 400 34px/48px system-ui, sans-serif;
    }`;
  return html`<!doctype html>
    <html>
      <head>
        <style>
          ${trustMarkup(style)}
        </style>
      </head>
      <body>
        <main>${figures}</main>
      </body>
    </html>`.markup;
}
