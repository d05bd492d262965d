import { isCrossSite, isSameOriginPost, type RequestOrigin } from '../../lib/login/cross-site';

const trustedOrigins = ['https://shop.example', 'http://shop.example:8080'];

/** A request to `https://app.example`. */
const from = (headers: RequestOrigin['headers'], host = 'app.example'): RequestOrigin => ({
  headers: { host: 'app.example', ...headers },
  host,
});

describe('whether a start comes from another site', () => {
  test.each<[string, RequestOrigin, boolean]>([
    ['says Sec-Fetch-Site: cross-site', from({ 'sec-fetch-site': 'cross-site' }), true],
    ['says Sec-Fetch-Site: same-origin', from({ 'sec-fetch-site': 'same-origin' }), false],
    ['says Sec-Fetch-Site: same-site', from({ 'sec-fetch-site': 'same-site' }), false],
    ['says Sec-Fetch-Site: none', from({ 'sec-fetch-site': 'none' }), false],
    [
      'says cross-site, whatever the referrer is',
      from({ 'sec-fetch-site': 'cross-site', referer: 'https://app.example/' }),
      true,
    ],
    [
      'says same-origin, whatever the referrer is',
      from({ 'sec-fetch-site': 'same-origin', referer: 'https://evil.example/' }),
      false,
    ],
    [
      'comes from a trusted origin',
      from({ 'sec-fetch-site': 'cross-site', referer: 'https://shop.example/page' }),
      false,
    ],
    [
      'comes from a trusted origin with a port',
      from({ 'sec-fetch-site': 'cross-site', referer: 'http://shop.example:8080/' }),
      false,
    ],
    [
      'comes from a trusted host with another scheme',
      from({ 'sec-fetch-site': 'cross-site', referer: 'http://shop.example/' }),
      true,
    ],
    ['has a referrer of another site only', from({ referer: 'https://evil.example/' }), true],
    ['has a referrer of the app only', from({ referer: 'https://app.example/page' }), false],
    ['has a referrer of another port', from({ referer: 'https://app.example:8443/' }), true],
    ['has neither', from({}), false],
    ['has a referrer that is no URL', from({ referer: 'about' }), false],
    ['has a trusted referrer twice', from({ referer: ['https://shop.example/', 'https://evil.example/'] }), false],
  ])('if it %s', (_name, request, expected) => {
    expect(isCrossSite(request, trustedOrigins)).toBe(expected);
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
