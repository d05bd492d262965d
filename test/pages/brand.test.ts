import { createLogin } from 'passport-loginwith/web';
import { loginWith, pageStyle, type LoginWithOptions } from 'passport-loginwith/express';
import { brandStyle } from '../../lib/pages/brand';
import { contrastOf } from '../../lib/pages/colors';
import { providerColor } from '../../lib/internal/provider-colors';
import { closeSites, openSite } from '../support/express-site';
import { openWebSite } from '../support/web-site';

afterEach(closeSites);

const cookieSecret = 'of the test, and long enough for it';
const provider = { provider: 'pimbuzz', appId: '1', appSecret: 's' };
const png = 'data:image/png;base64,iVBORw0KGgo=';

describe.each<[string, (options: object) => unknown]>([
  ['loginWith', (options) => loginWith({ providers: [provider], cookieSecret, ...options })],
  ['createLogin', (options) => createLogin({ ...provider, cookieSecret, ...options })],
])('%s() refuses a brand', (caller, create) => {
  test.each<[unknown, string[]]>([
    ['Example', ['"brand" must be an object']],
    [{ name: '' }, ['"brand.name" must be the name of the app']],
    [{ name: 7 }, ['"brand.name"']],
    [{ logo: 'logo.svg' }, ['"brand.logo" must be a path such as /logo.svg, an https URL, or a data:image/… URL']],
    [{ logo: '//cdn.example/logo.svg' }, ['"brand.logo"']],
    [{ logo: 'http://cdn.example/logo.svg' }, ['"brand.logo"']],
    [{ logo: 'data:text/html,x' }, ['"brand.logo"']],
    [{ logo: 'javascript:alert(1)' }, ['"brand.logo"']],
    [{ color: 'red' }, ['"brand.color" must be a colour such as #2456b8']],
    [{ color: '#abc' }, ['"brand.color"']],
    [{ color: '#2456b8;}' }, ['"brand.color"']],
    [{ home: 'start' }, ['"brand.home" must be a path such as /, or an http(s) URL']],
    [{ home: 'javascript:alert(1)' }, ['"brand.home"']],
    [{ colour: '#2456b8' }, ['"brand.colour" is not an option: did you mean "color"?']],
    [{ name: 7, logo: 7, color: 7, home: 7 }, ['"brand.name"', '"brand.logo"', '"brand.color"', '"brand.home"']],
  ])('%j', (brand, mistakes) => {
    expect(() => create({ brand })).toThrow(TypeError);
    for (const mistake of mistakes) expect(() => create({ brand })).toThrow(mistake);
    expect(() => create({ brand })).toThrow(new RegExp(`^${caller}: `));
  });

  test.each([
    {},
    { name: 'Example', logo: png, color: '#ABCDEF', home: 'https://example.org/app' },
    { logo: undefined },
  ])('but not %j', (brand) => expect(() => create({ brand })).not.toThrow());
});

/** The variables of a style, in light and in dark. */
function variablesOf(style: string): { light: Record<string, string>; dark: Record<string, string> } {
  const [light = '', dark = ''] = style.split('@media (prefers-color-scheme: dark)');
  const read = (part: string) =>
    Object.fromEntries([...part.matchAll(/--([\w-]+): (#\w+);/g)].map(([, k, v]) => [k, v]));
  return { light: read(light), dark: read(dark) };
}

describe.each([
  ['our own', undefined],
  ['yellow', '#ffff00'],
  ['white', '#ffffff'],
  ['black', '#000000'],
  ['grey', '#808080'],
  ['the grey on which white is just not readable', '#777777'],
  ['mid blue', '#4a90d9'],
  ['red', '#ff0000'],
  ['lime', '#00ff00'],
  ['navy', '#000080'],
  ['the colour of our card in dark mode', '#1a1e25'],
  ['magenta', '#FF00FF'],
])('in the colour %s', (_name, color) => {
  const base = variablesOf(pageStyle.slice(0, pageStyle.indexOf('*, ::before')));
  const own = variablesOf(brandStyle({ color }));
  test.each(['light', 'dark'] as const)('all text is readable, %s', (mode) => {
    const { page, card, text, muted, accent, button, 'button-text': buttonText } = { ...base[mode], ...own[mode] };
    for (const [front, back] of [
      [text, page],
      [text, card],
      [muted, page],
      [muted, card],
      [accent, page],
      [accent, card],
      [buttonText, button],
    ])
      expect([front, back, contrastOf(front!, back!) >= 4.5]).toEqual([front, back, true]);
    if (color !== undefined && mode === 'light') expect(button).toBe(color);
  });
});

test('contrasts are those of WCAG', () => {
  expect(contrastOf('#000000', '#ffffff')).toBe(21);
  expect(contrastOf('#ffffff', '#777777')).toBeCloseTo(4.48, 2);
  expect(contrastOf('#ff0000', '#ffffff')).toBeCloseTo(4, 2);
});

test('the letter of each mark is readable', () => {
  for (const name of ['pimbuzz', 'Look Loox', 'social.example'])
    expect(contrastOf('#ffffff', providerColor(name))).toBeGreaterThan(4.5);
  expect(providerColor('Look Loox')).toBe(providerColor('lookloox'));
});

describe('a page shows the brand', () => {
  const failed = '/auth/pimbuzz/callback?auth_key=abc';
  const open = (brand: NonNullable<LoginWithOptions['brand']>) =>
    openSite({ options: (providers) => ({ providers, brand }) });

  test('with name, logo, colour and the way home', async () => {
    const site = await open({ name: 'Rock & Roll', logo: '/logo.svg', color: '#ffcc00', home: '/start' });
    const { text, headers } = await site.browser().visit(failed);
    expect(text).toMatch(/<a class="brand" href="\/start"\s*><img src="\/logo.svg" alt="" [^>]*>Rock &amp; Roll<\/a>/);
    expect(text).toContain('– Rock &amp; Roll</title>');
    expect(text).toContain('--button: #ffcc00; --button-text: #000000;');
    expect(text).toContain('<a class="button" href="/start">Go to the start page</a>');
    expect(headers.get('content-security-policy')).toContain("img-src 'self' data:;");
  });

  test('with a logo alone, which says where it leads', async () => {
    const site = await open({ logo: png });
    const { text } = await site.browser().visit(failed);
    expect(text).toContain(`<img src="${png}" alt="Go to the start page"`);
    expect(text).toContain('<title>This login was not started here</title>');
  });

  test('whose logo is on another site, of which the policy allows exactly the origin', async () => {
    const site = await open({ logo: 'https://cdn.example:8443/a/logo.svg' });
    const { headers } = await site.browser().visit(failed);
    expect(headers.get('content-security-policy')).toContain("img-src 'self' data: https://cdn.example:8443;");
  });

  test('and has no header without one; home is /', async () => {
    const site = await open({});
    const { text } = await site.browser().visit(failed);
    expect(text).not.toContain('<header>');
    expect(text).toContain('<a class="button" href="/">Go to the start page</a>');
  });

  test('of createLogin() at addresses as seen from the page', async () => {
    const site = await openWebSite({ brand: { name: 'Example', logo: '/img/logo.svg', home: '/shop/' } });
    const { text } = await site.browser().visit('/auth/pimbuzz/callback?auth_key=abc');
    expect(text).toContain('<img src="../../img/logo.svg"');
    expect(text).toContain('<a class="button" href="../../shop/">');
    const start = await site.browser().get('/auth/pimbuzz', { 'sec-fetch-site': 'cross-site' });
    expect(start.text).toContain('<footer><a href="../shop/">Go to the start page</a></footer>');
  });
});
