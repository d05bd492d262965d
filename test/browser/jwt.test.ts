import { describeDocument, signIn, waitForHeading, type DocumentSite } from './document-suite.js';

const hello = 'Hello Renée O’Brien-Łukasz';

describeDocument('docs/jwt.md', { 'jwt.mjs': 3000 }, (open) => {
  async function logIn({ app, visitor }: DocumentSite): Promise<void> {
    await visitor.goTo(app.urls[3000]!);
    await signIn(visitor.page);
    await waitForHeading(visitor.page, hello);
  }

  const findToken = async ({ visitor }: DocumentSite) =>
    (await visitor.context.cookies()).find(({ name }) => name === 'token');

  test('logs in with a token that no script can read, and out again', async () => {
    const site = await open();
    await logIn(site);
    expect(await findToken(site)).toMatchObject({ httpOnly: true, sameSite: 'Lax' });
    expect(await site.visitor.page.evaluate('document.cookie')).toBe('');
    const names = (await site.visitor.context.cookies(site.app.urls[3000])).map(({ name }) => name);
    expect(names.filter((name) => /sid|session/.test(name))).toEqual([]);
    await site.visitor.button('Log out').click();
    await site.visitor.sees('You are logged out here');
    expect(await findToken(site)).toBeUndefined();
  });

  test.each([
    ['that has ended', (token: string) => token.replace(/./g, '')],
    ['that was changed', (token: string) => token.replace(/\.(.)/, (_, first) => `.${first === 'e' ? 'f' : 'e'}`)],
    ['without a signature', (token: string) => `${toBase64({ alg: 'none' })}.${token.split('.')[1]!}.`],
  ])('takes no token %s, and gets a new one by one redirect without a click', async (_which, change) => {
    const site = await open();
    await logIn(site);
    const token = (await findToken(site))!;
    await site.visitor.context.addCookies([{ ...token, value: change(token.value) }]);
    const answer = await site.visitor.page.evaluate("fetch('/me').then((me) => me.json())");
    expect(answer).toMatchObject({ code: 'login_required', loginURL: `${site.app.urls[3000]!}/auth/pimbuzz` });
    await site.visitor.goTo(site.app.urls[3000]!);
    await waitForHeading(site.visitor.page, hello);
    expect((await findToken(site))!.value).toMatch(/^eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+$/);
  });

  test.each([
    ['before', 'goes on to the app', hello],
    ['behind', 'fails', 'This login was not started here'],
  ])('with the token read %s "auth", an old callback page of who is logged in %s', async (where, _what, heading) => {
    const swap = (code: string) => code.replace(/(app\.use\(async [^]*?^\}\);\n)(app\.use\(auth\);\n)/m, '$2$1');
    const site = await open(where === 'behind' ? { edit: swap } : {});
    const { app, visitor } = site;
    await logIn(site);
    await visitor.context.clearCookies({ name: /^loginwith/ });
    await visitor.goTo(`${app.urls[3000]!}/auth/pimbuzz/callback?auth_key=abc`);
    await waitForHeading(visitor.page, heading);
    if (where === 'behind')
      expect(visitor.complaints.splice(0)).toContainEqual(expect.stringMatching(/ 403 .*callback$/));
  });
});

function toBase64(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
