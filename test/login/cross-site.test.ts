import {
  findHiddenHost,
  isForeignStart,
  isNavigation,
  isSameOriginPost,
  type RequestOrigin,
} from '../../lib/login/cross-site';

const trustedOrigins = ['https://shop.example', 'http://shop.example:8080'];

/** A request to `https://app.example`. */
const from = (headers: RequestOrigin['headers'], host = 'app.example'): RequestOrigin => ({
  headers: { host: 'app.example', ...headers },
  host,
});

const html = 'text/html,application/xhtml+xml,*/*;q=0.8';
const userAgent = 'Mozilla/5.0 (Macintosh) AppleWebKit/605 Version/15.6 Safari/605';

describe('whether another site may have caused a start', () => {
  test.each<[string, RequestOrigin['headers'], boolean]>([
    ['says Sec-Fetch-Site: cross-site', { 'sec-fetch-site': 'cross-site' }, true],
    ['says Sec-Fetch-Site: same-site, as from a sibling', { 'sec-fetch-site': 'same-site' }, true],
    ['says something new in Sec-Fetch-Site', { 'sec-fetch-site': 'cousin' }, true],
    ['says Sec-Fetch-Site: same-origin', { 'sec-fetch-site': 'same-origin' }, false],
    ['says Sec-Fetch-Site: none', { 'sec-fetch-site': 'none' }, false],
    [
      'says cross-site, whatever the referrer is',
      { 'sec-fetch-site': 'cross-site', referer: 'https://app.example/' },
      true,
    ],
    [
      'says same-origin, whatever the referrer is',
      { 'sec-fetch-site': 'same-origin', referer: 'https://evil.example/' },
      false,
    ],
    ['comes from a trusted origin', { 'sec-fetch-site': 'cross-site', referer: 'https://shop.example/page' }, false],
    [
      'comes from a trusted origin with a port',
      { 'sec-fetch-site': 'same-site', referer: 'http://shop.example:8080/' },
      false,
    ],
    [
      'comes from a trusted host with another scheme',
      { 'sec-fetch-site': 'cross-site', referer: 'http://shop.example/' },
      true,
    ],
    ['has a referrer of another site only', { referer: 'https://evil.example/' }, true],
    ['has a referrer of the app only', { referer: 'https://app.example/page', accept: html }, false],
    ['has a referrer of another port', { referer: 'https://app.example:8443/' }, true],
    ['is a visit for HTML that has neither', { accept: html }, true],
    ['is a visit for XHTML that has neither', { accept: 'application/xhtml+xml' }, true],
    ['is a browser’s picture that has neither', { 'user-agent': userAgent, accept: 'image/webp,*/*;q=0.8' }, true],
    ['is a browser’s script that has neither', { 'user-agent': userAgent, accept: '*/*' }, true],
    ['is no browser and has neither', {}, false],
    ['is an API client that has neither', { accept: '*/*', 'user-agent': 'curl/8' }, false],
    ['has a referrer that is no URL', { referer: 'about', accept: html }, true],
  ])('if it %s', (_name, headers, expected) => {
    expect(isForeignStart({ method: 'GET', ...from(headers) }, trustedOrigins)).toBe(expected);
  });

  test.each<[string, RequestOrigin['headers'], boolean]>([
    ['of the app', { origin: 'https://app.example' }, false],
    ['of another site', { origin: 'https://evil.example' }, true],
    ['of another site that hides it', { origin: 'null' }, true],
    ['of a trusted origin', { origin: 'https://shop.example' }, false],
    ['of no browser', {}, false],
  ])('if it is the form %s', (_name, headers, expected) => {
    expect(isForeignStart({ method: 'POST', ...from(headers) }, trustedOrigins)).toBe(expected);
  });
});

describe('whether a user went to the page', () => {
  test.each<[string, RequestOrigin['headers'], boolean]>([
    ['a document', { 'sec-fetch-dest': 'document' }, true],
    ['a picture', { 'sec-fetch-dest': 'image' }, false],
    ['a frame', { 'sec-fetch-dest': 'iframe' }, false],
    ['a fetch', { 'sec-fetch-dest': 'empty' }, false],
    ['nothing', { 'sec-fetch-dest': '' }, false],
    ['a document, in a browser that does not say so', { 'user-agent': userAgent, accept: html }, true],
    ['a picture, in a browser that does not say so', { 'user-agent': userAgent, accept: 'image/webp,*/*' }, false],
    ['anything, in a browser that does not say so', { 'user-agent': userAgent, accept: '*/*' }, false],
    ['something that a proxy has hidden', { 'user-agent': userAgent }, true],
    ['anything, for an API client', { accept: '*/*' }, true],
    ['something, for a client that says nothing', {}, true],
  ])('that requests %s', (_name, headers, expected) => {
    expect(isNavigation({ headers })).toBe(expected);
  });
});

describe('whether a POST comes from the app', () => {
  test.each<[string, RequestOrigin, boolean]>([
    ['says same-origin', from({ 'sec-fetch-site': 'same-origin' }), true],
    ['says none', from({ 'sec-fetch-site': 'none' }), true],
    ['says same-site', from({ 'sec-fetch-site': 'same-site' }), false],
    ['says cross-site', from({ 'sec-fetch-site': 'cross-site' }), false],
    [
      'says cross-site, with the origin of the app',
      from({ 'sec-fetch-site': 'cross-site', origin: 'https://app.example' }),
      false,
    ],
    [
      'says cross-site, with a trusted origin',
      from({ 'sec-fetch-site': 'cross-site', origin: 'https://shop.example' }),
      true,
    ],
    [
      'says cross-site, with a trusted referrer',
      from({ 'sec-fetch-site': 'cross-site', referer: 'https://shop.example/' }),
      false,
    ],
    ['has the origin of the app only', from({ origin: 'https://app.example' }), true],
    ['has another origin only', from({ origin: 'https://evil.example' }), false],
    [
      'has another origin and a referrer of the app',
      from({ origin: 'https://evil.example', referer: 'https://app.example/' }),
      false,
    ],
    ['has a hidden origin and a referrer of the app', from({ origin: 'null', referer: 'https://app.example/' }), false],
    ['has a referrer of the app only', from({ referer: 'https://app.example/page' }), true],
    ['has a referrer of another site only', from({ referer: 'https://evil.example/app.example' }), false],
    ['has none of them', from({}), false],
  ])('if it %s', (_name, request, expected) => {
    expect(isSameOriginPost(request, trustedOrigins)).toBe(expected);
  });
});

describe("whether a page is on the app's host", () => {
  test.each<[string, RequestOrigin, string, boolean]>([
    ['with the same port', from({ host: 'app.example:3000' }), 'http://app.example:3000', true],
    ['with another port', from({ host: 'app.example:3000' }), 'http://app.example:3001', false],
    ['with another port that starts alike', from({ host: 'app.example:3000' }), 'http://app.example:30001', false],
    ['in capitals', from({ host: 'APP.example' }), 'https://app.example', true],
    ['behind a proxy that tells the name only', from({ host: 'internal:3000' }), 'https://app.example', true],
    ['behind a proxy, with a port', from({ host: 'internal:3000' }), 'https://app.example:8443', true],
    ['behind a proxy, of another name', from({ host: 'internal:3000' }), 'https://internal.example', false],
    ['behind a proxy, by its inner name', from({ host: 'internal:3000' }), 'http://internal:3000', true],
    ['by its IPv6 address, with another port', from({ host: '[::1]:3000' }, '[::1]'), 'http://[::1]:3001', false],
    ['without a Host header', from({ host: undefined }), 'https://app.example', true],
    ['without a Host header, of another name', from({ host: undefined }), 'https://evil.example', false],
    ['without any host', from({ host: undefined }, ''), 'https://evil.example', false],
  ])('%s', (_name, request, origin, expected) => {
    expect(isSameOriginPost({ ...request, headers: { ...request.headers, origin } }, [])).toBe(expected);
  });
});

describe('whether a proxy may hide that a POST comes from the app', () => {
  const found = (headers: RequestOrigin['headers']) => findHiddenHost(from({ host: '127.0.0.1:3000', ...headers }));

  test.each<[string, RequestOrigin['headers']]>([
    ['the host is this machine', {}],
    ['the host is a name of one network', { host: 'app:3000' }],
    ['the host is a name of a cluster', { host: 'shop.default.svc' }],
    ['the host is a name of a local network', { host: 'shop.internal' }],
    ['the host is a private address', { host: '10.0.3.7' }],
    ['the host is another private address', { host: '172.20.0.3:80' }],
    ['the host is a private IPv6 address', { host: '[fd00::1]:3000' }],
    ['the referrer alone says where the page is', { origin: undefined, referer: 'https://site.example/page' }],
    [
      'the proxy tells the host, and the app does not trust it',
      { 'x-forwarded-host': 'Site.example', host: 'x.example' },
    ],
    ['the proxy drops the port', { host: 'site.example', origin: 'https://site.example:8443' }],
  ])('it may, if %s', (_name, headers) => {
    const { sender, received } = found({ origin: 'https://site.example', ...headers }) ?? {};
    expect([sender?.hostname, received]).toEqual(['site.example', headers.host ?? '127.0.0.1:3000']);
  });

  test.each<[string, RequestOrigin['headers']]>([
    ['the browser says where the request comes from', { 'sec-fetch-site': 'cross-site' }],
    ['users can have opened the host', { host: 'app.example' }],
    ['users can have opened the address', { host: '203.0.113.7' }],
    ['the proxy tells another host', { 'x-forwarded-host': 'app.example' }],
    ['both hosts are inner ones', { origin: 'http://localhost:5173' }],
    ['the browser hides the page', { origin: 'null' }],
    ['nothing says where the page is', { origin: undefined }],
    ['the host is no host', { host: '<script>' }],
    ['there is no host', { host: undefined }],
  ])('it does not, if %s', (_name, headers) => {
    expect(found({ origin: 'https://site.example', ...headers })).toBeUndefined();
  });
});
