import type { Page } from 'playwright-core';
import { describeDocument, signIn, waitForHeading, windowOf, type DocumentSite } from './document-suite.js';

const hello = 'Hello Renée O’Brien-Łukasz';

describeDocument('docs/popup.md', { 'popup.mjs': 3000 }, (open) => {
  async function openPopup({ app, visitor }: DocumentSite): Promise<Page> {
    await visitor.goTo(app.urls[3000]!);
    return windowOf(visitor, () => visitor.button('Log in with Pimbuzz').click());
  }

  test('logs in and leaves the page as it is, although helmet cuts the popup off from it', async () => {
    const site = await open();
    const popup = await openPopup(site);
    const closed = popup.waitForEvent('close');
    await popup.getByRole('button', { name: /^Renée/ }).waitFor();
    expect(await popup.evaluate('window.opener')).toBeNull();
    await signIn(popup);
    await closed;
    await waitForHeading(site.visitor.page, hello);
    expect(site.visitor.page.url()).toBe(`${site.app.urls[3000]!}/`);
  });

  test('is told each time, however fast the window closes', async () => {
    const site = await open();
    const first = await openPopup(site);
    await Promise.all([first.waitForEvent('close'), signIn(first)]);
    const { page } = site.visitor;
    await page.evaluate(`
      messages = [];
      new BroadcastChannel('passport-loginwith').onmessage = ({ data }) => messages.push(data.status);`);
    // Whoever has accepted the app comes back without a click. Eight starts within half a minute are a loop.
    for (let login = 1; login <= 7; login += 1) {
      const popup = await windowOf(site.visitor, () => site.visitor.button('Log in with Pimbuzz').click());
      if (!popup.isClosed()) await popup.waitForEvent('close');
      await page.waitForFunction(`messages.length === ${login}`);
    }
    expect(await page.evaluate('messages')).toEqual(Array(7).fill('success'));
  });

  test('is told of a failure, which the popup shows, and logs in when the user tries again there', async () => {
    const site = await open();
    const popup = await openPopup(site);
    site.app.provider.once('get_user_info', 'deleted_user');
    await signIn(popup);
    await waitForHeading(site.visitor.page, 'That did not work: user_not_found');
    await waitForHeading(popup, 'This account is gone');
    expect(new URL(popup.url()).search).toBe('');
    await Promise.all([popup.waitForEvent('close'), popup.getByRole('link', { name: 'Try again' }).click()]);
    await waitForHeading(site.visitor.page, hello);
    expect(site.visitor.complaints.splice(0)).toContainEqual(expect.stringMatching(/status of 403 .*callback$/));
  });

  test('says in a window that cannot close itself that it can be closed', async () => {
    const { app, visitor } = await open({ javaScriptEnabled: false });
    await visitor.goTo(`${app.urls[3000]!}/auth/pimbuzz?display=popup&returnTo=/me`);
    await signIn(visitor.page);
    await visitor.sees('You are logged in');
    expect(await visitor.mainText()).toContain('You can close this window.');
    await visitor.pressOn(visitor.link('Go on in this window'));
    await visitor.page.waitForURL('**/me');
  });

  test('tells a page of another site nothing, even if that page has opened the popup', async () => {
    // Without its policy, the opener stays connected.
    const site = await open({ edit: (code) => code.replace('helmet()', 'helmet({ crossOriginOpenerPolicy: false })') });
    const { app, visitor } = site;
    await visitor.context.route('http://evil.example/', (route) =>
      route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>Elsewhere</title><button>Open</button>' }),
    );
    await visitor.goTo('http://evil.example/');
    const start = `${app.urls[3000]!}/auth/pimbuzz?display=popup&returnTo=http://evil.example/`;
    await visitor.page.evaluate(`
      messages = [];
      onmessage = ({ data }) => messages.push(data);
      new BroadcastChannel('passport-loginwith').onmessage = onmessage;
      document.querySelector('button').onclick = () => window.open('${start}');`);
    const popup = await windowOf(visitor, () => visitor.button('Open').click());
    await waitForHeading(popup, 'Log in with Pimbuzz');
    expect(await popup.evaluate('window.opener !== null')).toBe(true);
    await popup.getByRole('link', { name: 'Log in with Pimbuzz' }).click();
    await Promise.all([popup.waitForEvent('close'), signIn(popup)]);
    expect(await visitor.page.evaluate('messages')).toEqual([]);
  });
});
