import { countExchanges, sessionSecret, type LibraryApp } from './library-app';

/** A key that no provider has given out. */
export const wrongKey = '00112233445566778899aabbccddeeff';

/** What a browser says of a request that another site's page made it send. */
export const fromElsewhere = {
  'sec-fetch-site': 'cross-site',
  origin: 'https://evil.example',
  referer: 'https://evil.example/',
};

/** Checks that the app sends no key to any of its providers meanwhile. */
export async function notExchanged(app: LibraryApp, act: () => Promise<void>): Promise<void> {
  const count = () => Object.keys(app.providers).map((name) => countExchanges(app, name));
  const before = count();
  await act();
  expect(count()).toEqual(before);
}

/** Keys and tokens are 32 hexadecimal digits. */
export function expectNoSecrets({ providers }: LibraryApp, texts: string[]): void {
  const secrets = [sessionSecret, ...Object.values(providers).map(({ apps }) => apps[0]!.appSecret)];
  for (const text of texts.map((each) => decodeURIComponent(each.replace(/%(?![0-9a-f]{2})/gi, '%25')))) {
    expect(text).not.toMatch(/(?<![0-9a-z])[0-9a-f]{32}(?![0-9a-z])/i);
    for (const secret of secrets) expect(text).not.toContain(secret);
  }
}
