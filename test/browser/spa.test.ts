import { describeDocument, signIn, waitForHeading, windowOf, type DocumentSite } from './document-suite.js';

const hello = 'Hello Renée O’Brien-Łukasz';

describeDocument('docs/spa.md', { 'api.mjs': 3000, 'spa.mjs': 5173 }, (open) => {
  const spaOf = ({ app }: DocumentSite) => app.urls[5173]!;

  test('logs in without a click on a page of the API, comes back with the fragment, and logs out', async () => {
    const site = await open();
    const { visitor } = site;
    await visitor.goTo(`${spaOf(site)}/#/settings`);
    await waitForHeading(visitor.page, 'Hello nobody');
    await visitor.button('Log in').click();
    await signIn(visitor.page);
    await waitForHeading(visitor.page, hello);
    expect(visitor.page.url()).toBe(`${spaOf(site)}/#/settings`);
    await visitor.page.reload();
    await waitForHeading(visitor.page, hello);
    await visitor.button('Log out').click();
    await waitForHeading(visitor.page, 'Hello nobody');
  });

  test('logs in in a popup, and is told of a failure there', async () => {
    const site = await open();
    const { visitor } = site;
    await visitor.goTo(spaOf(site));
    site.app.provider.once('get_user_info', 'deleted_user');
    const popup = await windowOf(visitor, () => visitor.button('Log in in a popup').click());
    await signIn(popup);
    await waitForHeading(visitor.page, 'That did not work: user_not_found');
    await Promise.all([popup.waitForEvent('close'), popup.getByRole('link', { name: 'Try again' }).click()]);
    await waitForHeading(visitor.page, hello);
    expect(visitor.page.url()).toBe(`${spaOf(site)}/`);
    expect(visitor.complaints.splice(0)).toContainEqual(expect.stringMatching(/status of 403 .*callback$/));
  });

  test.each([
    ['', true],
    ["app.use('/auth', helmet.crossOriginOpenerPolicy({ policy: 'unsafe-none' }));", false],
  ])('with helmet on the API and %j the popup is cut off from the page: %p', async (exception, isCutOff) => {
    const site = await open({
      edit: (code, file) =>
        file === 'api.mjs'
          ? code
              .replace('import session', "import helmet from 'helmet';\nimport session")
              .replace('app.use(cors', 'app.use(helmet({ crossOriginResourcePolicy: false }));\napp.use(cors')
              .replace('app.use(auth)', `${exception}\napp.use(auth)`)
          : code,
    });
    const { visitor } = site;
    await visitor.goTo(spaOf(site));
    await waitForHeading(visitor.page, 'Hello nobody');
    const popup = await windowOf(visitor, () => visitor.button('Log in in a popup').click());
    await popup.getByRole('button', { name: /^Renée/ }).waitFor();
    expect(await popup.evaluate('window.opener === null')).toBe(isCutOff);
    await Promise.all([popup.waitForEvent('close'), signIn(popup)]);
    // As the document has it for an API that keeps the policy.
    if (isCutOff) await visitor.page.evaluate("addEventListener('focus', () => location.reload())");
    if (isCutOff) await visitor.page.evaluate("dispatchEvent(new Event('focus'))");
    await waitForHeading(visitor.page, hello);
  });

  test('on another site the login leads back, but the session stays on the site of the API', async () => {
    // To a browser, another site than "localhost".
    const edit = (code: string, file: string) =>
      file === 'api.mjs' ? code.replace(/(?<=const spa = 'http:\/\/)localhost/, '127.0.0.1') : code;
    const site = await open({ edit });
    const { app, visitor } = site;
    const spa = spaOf(site).replace('localhost', '127.0.0.1');
    await visitor.goTo(spa);
    await waitForHeading(visitor.page, 'Hello nobody');
    await visitor.button('Log in').click();
    await visitor.page.getByRole('button', { name: /^Renée/ }).waitFor();
    const asked = visitor.page.waitForResponse(`${app.urls[3000]!}/me`);
    await signIn(visitor.page);
    expect([(await asked).status(), visitor.page.url()]).toEqual([401, `${spa}/`]);
    await visitor.goTo(`${app.urls[3000]!}/me`);
    expect(await visitor.page.innerText('body')).toContain('"username":"renee"');
  });
});
