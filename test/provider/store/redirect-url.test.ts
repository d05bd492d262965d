import { isRedirectURL } from '../../../lib/provider/store/redirect-url';

test.each([
  'http://localhost:3000/cb',
  'https://example.com',
  'HTTPS://EXAMPLE.COM/cb?x=1&y=2#f',
  'https://user:secret@example.com/',
  'http://[::1]:3000/cb',
  'http://1.2.3.4/',
  'http://xn--bcher-kva.example/%C3%BC',
  'https://example.com/<b>"quoted"',
  'myapp://cb',
  'com.example.app://my_app/cb',
  'ftp://example.com/',
  'mailto:ann@example.org',
])('the site accepts the redirect URL %s', (url) => {
  expect(isRedirectURL(url)).toBe(true);
});

test.each([
  '',
  ' http://localhost/',
  'http://localhost/a b',
  'http://localhost/a\n',
  'http://localhost/ü',
  'http://bücher.example/',
  'http://my_app.example/',
  'http://-app.example/',
  'http://app-.example/',
  `http://${'a'.repeat(64)}.example/`,
  `http://${'a.'.repeat(130)}example/`,
  'http://a..b/',
  'http://',
  'http://:80/',
  'http://localhost:65536/',
  'http://localhost:x/',
  'http://a\\b@localhost/',
  'http://[::1/',
  'http:localhost',
  'localhost:3000/cb',
  '//localhost/cb',
  'myapp:cb',
  'javascript:alert(1)',
  3,
])('the site refuses the redirect URL %j', (url) => {
  expect(isRedirectURL(url)).toBe(false);
});
