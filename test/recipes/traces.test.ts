import { findIn, installPackage, recordLogins, removePackage, type Secrets } from '../support/recorded-logins';

// Each test starts a process of its own.
jest.setTimeout(60_000);

beforeAll(installPackage);
afterAll(removePackage);

/** Prints each span as a line; the app itself makes one whose every part has the request's URL. */
const trace = (processors: string, before = '') => `
  import { SpanStatusCode, trace } from '@opentelemetry/api';
  import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
  import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
  import { NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
  import { maskSpans } from './mask-spans.mjs';

  ${before}
  const printer = new SimpleSpanProcessor({
    export(spans, done) {
      for (const { name, attributes, status, events, links } of spans)
        console.log(JSON.stringify({ name, attributes, status, events, links }));
      done({ code: 0 });
    },
    async shutdown() {},
  });
  new NodeTracerProvider({ spanProcessors: [${processors}] }).register();
  new HttpInstrumentation();
  new UndiciInstrumentation();

  export function accessLog({ url }, _res, next) {
    const context = { traceId: 'd4cda95b652f4a1592b449d5929fda1b', spanId: '6e0c63257de34c92', traceFlags: 1 };
    const links = [{ context, attributes: { from: url } }];
    const span = trace.getTracer('app').startSpan('app ' + url, { links, attributes: { urls: [url], length: url.length } });
    span.recordException(new Error('failed: ' + url));
    span.addEvent('seen ' + url, { url });
    span.setStatus({ code: SpanStatusCode.ERROR, message: 'failed: ' + url });
    span.end();
    next();
  }
`;

interface Span {
  name: string;
  attributes: Record<string, string>;
}

async function traceLogins(recorder: string) {
  const { text, secrets } = await recordLogins(recorder);
  const lines = text.split('\n').filter((line) => line.startsWith('{'));
  const leaking = lines.filter((line) => findIn(line, valuesOf(secrets)).length > 0);
  process.stderr.write(`OpenTelemetry: ${leaking.length} of ${lines.length} spans leak\n`);
  return { text, secrets, leaking, spans: lines.map((line) => JSON.parse(line) as Span) };
}

const valuesOf = ({ keys, tokens, appSecret }: Secrets) => [...keys, ...tokens, appSecret];

test('spans have every key, the tokens and the app secret', async () => {
  const { text, secrets, spans } = await traceLogins(trace('printer'));
  expect(findIn(text, valuesOf(secrets))).toEqual(valuesOf(secrets));
  const authorize = spans.find(({ attributes }) => attributes['url.path'] === '/api/authorize');
  const query = `app_secret=${secrets.appSecret}&auth_key=${secrets.keys[0]!}`;
  expect(authorize!.attributes['url.full']).toContain(query);
  expect(authorize!.attributes['url.query']).toContain(query);
  const userInfo = spans.filter(({ attributes }) => attributes['url.path'] === '/api/get_user_info');
  expect(userInfo.map(({ attributes }) => attributes['url.query'])).toContain(
    `?access_token=${secrets.tokens[0]!}&lang=en_us`,
  );
  const callback = spans.find(({ attributes }) => attributes['url.path'] === '/auth/pimbuzz/callback');
  expect(callback!.attributes['url.query']).toBe(`auth_key=${secrets.keys[0]!}`);
});

test.each([
  ['among the span processors', trace('printer, maskSpans')],
  ['as the first one of an SDK without onEnding', trace('maskSpans, printer', 'delete maskSpans.onEnding;')],
])('with the recipe %s, spans have none of them, and still the rest', async (_place, recorder) => {
  const { text, secrets, leaking, spans } = await traceLogins(recorder);
  expect(leaking).toEqual([]);
  expect(findIn(text, Object.values(secrets).flat())).toEqual([]);
  const paths = spans.map(({ attributes }) => attributes['url.path']);
  expect(paths).toEqual(expect.arrayContaining(['/auth/pimbuzz/callback', '/api/authorize', '/api/get_user_info']));
  expect(text).toContain('/api/authorize?app_id=');
  const own = spans.find(({ name }) => name === 'app /auth/pimbuzz/callback?auth_key=[redacted]');
  expect(own).toMatchObject({
    attributes: { urls: ['/auth/pimbuzz/callback?auth_key=[redacted]'], length: expect.any(Number) },
    status: { code: 2, message: 'failed: /auth/pimbuzz/callback?auth_key=[redacted]' },
    events: [
      { attributes: { 'exception.message': 'failed: /auth/pimbuzz/callback?auth_key=[redacted]' } },
      { name: 'seen /auth/pimbuzz/callback?auth_key=[redacted]' },
    ],
    links: [{ attributes: { from: '/auth/pimbuzz/callback?auth_key=[redacted]' } }],
  });
});
