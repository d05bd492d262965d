import { loginWith, type LoginWithOptions, type TextOptions } from 'passport-loginwith/express';
import { createLogin } from 'passport-loginwith/web';
import { closeSites, openSite } from '../support/express-site';
import { openWebSite } from '../support/web-site';

afterEach(closeSites);

const cookieSecret = 'of the test, and long enough for it';
const provider = { provider: 'pimbuzz', appId: '1', appSecret: 's' };

describe.each<[string, (options: object) => unknown]>([
  ['loginWith', (options) => loginWith({ providers: [provider], cookieSecret, ...options })],
  ['createLogin', (options) => createLogin({ ...provider, cookieSecret, ...options })],
])('%s() refuses the texts', (caller, create) => {
  test.each<[unknown, string[]]>([
    ['Log in', ['"texts" must be an object']],
    [{ en: 'Log in' }, ['"texts.en" must be an object']],
    [{ en: { login: 7 } }, ['"texts.en.login" must be a text; in braces it may have {name}']],
    [{ en: { logn: 'x' } }, ['"texts.en.logn" is not an option: did you mean "login"?']],
    [{ fr: { start: { titel: 'x' } } }, ['"texts.fr.start.titel" is not an option: did you mean "title"?']],
    [{ fr: { start: 'x' } }, ['"texts.fr.start" must be an object']],
    [{ de: { failures: { timout: {} } } }, ['"texts.de.failures.timout" is not an option: did you mean "timeout"?']],
    [{ de: { failures: { timeout: { titel: 'x' } } } }, ['"texts.de.failures.timeout.titel"']],
    [{ en: { login: 'With {nmae}' } }, ['"texts.en.login" must be a text; in braces it may have {name}']],
    [{ en: { home: 'To {name}' } }, ['"texts.en.home" must be a text without {placeholders}']],
    [{ en: { loggedOut: { text: '{name}' } } }, ['it may have {names}']],
    [{ en: { failures: { timeout: { text: '{names}' } } } }, ['it may have {name} and {time}']],
    [{ english: {} }, ['"texts.english" is not a language such as de or pt-BR']],
    [{ 'pt-br': {} }, ['"texts.pt-br" is not a language such as de or pt-BR']],
    [{ e: {}, en: { home: 7 } }, ['"texts.e" is not a language', '"texts.en.home" must be a text']],
  ])('%j', (texts, mistakes) => {
    expect(() => create({ texts })).toThrow(TypeError);
    for (const mistake of mistakes) expect(() => create({ texts })).toThrow(mistake);
    expect(() => create({ texts })).toThrow(new RegExp(`^${caller}: `));
  });

  test.each([{}, { en: {} }, { en: undefined }, { de: { start: undefined } }, { en: { failures: { timeout: {} } } }])(
    'but not %j',
    (texts) => expect(() => create({ texts })).not.toThrow(),
  );
});

describe('the texts of the app', () => {
  const texts: TextOptions = {
    en: { login: 'Continue with {name}', failures: { attempt_missing: { advice: 'Ask {name}.' } } },
    de: {
      home: 'Zur Startseite',
      choose: { title: 'Anmelden' },
      failures: { attempt_missing: { title: 'Nicht hier' } },
    },
    'fr-CA': { choose: { title: 'Ouvrir une session' } },
    ar: { choose: { title: 'تسجيل الدخول' } },
  };
  const open = (options: Partial<LoginWithOptions> = {}) =>
    openSite({ options: (providers) => ({ providers, texts, ...options }) });

  /** Gets a page in a language: what its head, its title and the link home say. */
  async function read(language: string, path = '/auth/choose') {
    const site = await open();
    const { text } = await site.browser().visit(path, { 'accept-language': language });
    const find = (pattern: RegExp) => pattern.exec(text)?.[1];
    return {
      text,
      locale: find(/<html lang="(.*?)"/),
      title: find(/<h1>(.*?)<\/h1>/),
      home: find(/footer><a[^>]*>(.*?)</),
    };
  }

  test('stand in place of ours one by one', async () => {
    const choice = await read('en');
    expect(choice).toMatchObject({ locale: 'en', title: 'Log in', home: 'Go to the start page' });
    expect(choice.text).toContain('Continue with Pimbuzz');
    const { text } = await read('en', '/auth/pimbuzz/callback?auth_key=abc');
    expect(text).toContain('<h1>This login was not started here</h1>');
    expect(text).toContain('<p>Ask Pimbuzz.</p>');
  });

  test('add languages, in English where they have no text', async () => {
    const choice = await read('de-AT,fr;q=0.5');
    expect(choice).toMatchObject({ locale: 'de', title: 'Anmelden', home: 'Zur Startseite' });
    expect(choice.text).toContain('Log in with Pimbuzz');
    expect(await read('de', '/auth/pimbuzz/callback?auth_key=abc')).toMatchObject({ title: 'Nicht hier' });
    expect(await read('it,de;q=0.5')).toMatchObject({ locale: 'de' });
  });

  test('of a country are ours of its language where they have none', async () => {
    expect(await read('fr-CA')).toMatchObject({ title: 'Ouvrir une session', home: 'Aller à la page d’accueil' });
    expect(await read('fr')).toMatchObject({ locale: 'fr', title: 'Se connecter' });
  });

  test('may be written from right to left', async () => {
    expect((await read('ar')).text).toContain('<body class="login" dir="rtl">');
    expect((await read('de')).text).toContain('<body class="login" dir="ltr">');
  });

  test('are escaped', async () => {
    const site = await open({ texts: { en: { choose: { title: '<b>Log in</b> & out' } } } });
    expect((await site.browser().get('/auth/choose')).text).toContain('<h1>&lt;b&gt;Log in&lt;/b&gt; &amp; out</h1>');
  });

  test('are those of createLogin(), too', async () => {
    const site = await openWebSite({ texts });
    const start = await site
      .browser()
      .get('/auth/pimbuzz', { 'sec-fetch-site': 'cross-site', 'accept-language': 'de' });
    expect(start.text).toContain('<html lang="de">');
    expect(start.text).toContain('Zur Startseite');
  });
});
