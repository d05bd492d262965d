import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { compileFunction } from 'node:vm';
import express from 'express';
import * as loginwith from 'passport-loginwith';
import { startProvider, type LocalProvider } from 'passport-loginwith/provider';
import ts from 'typescript';
import { Browser } from '../../support/cookie-browser.js';
import { snippetOf, startDashboard, type DashboardSite, type Page } from '../../support/dashboard-site.js';

describe('the code on an app’s page', () => {
  let provider: LocalProvider;
  let server: Server | undefined;
  afterEach(async () => {
    server?.close().closeAllConnections();
    await provider.close();
  });

  test('logs in here when pasted as it is: JavaScript and .env', async () => {
    provider = await startProvider();
    const port = await freePort();
    const app = provider.updateApp(provider.apps[0]!, {
      redirectURL: `http://localhost:${port}/auth/pimbuzz/callback`,
    });
    const { html } = await appPage(provider, app.appId);

    server = await run(snippetOf(html, 'code-javascript'), snippetOf(html, 'code-env'));
    const browser = new Browser(`http://localhost:${port}`);
    const response = await provider.signIn<Response>((url, init) => browser.fetch(url, init));

    expect(response.status).toBe(302);
    expect(await (await browser.fetch('/')).json()).toMatchObject({ id: `pimbuzz:${provider.users[0]!.id}` });
    expect(html).toContain(`<a href="http://localhost:${port}/auth/pimbuzz">`);
  });

  test('compiles under strict when pasted as it is: TypeScript', async () => {
    provider = await startProvider({ name: 'Look Loox' });
    const { html } = await appPage(provider, provider.apps[0]!.appId);
    const code = snippetOf(html, 'code-typescript');
    expect(code).toContain("LOOKLOOX_URL: provider = ''");
    expect(diagnose(code)).toEqual([]);
    expect(diagnose(`${code}\nnew LoginWithStrategy({});`)).not.toEqual([]);
  });
});

describe('the routes in the code', () => {
  let site: DashboardSite;
  beforeAll(async () => {
    site = await startDashboard();
  });
  afterAll(() => site.close());
  const pageFor = (redirectURL: string): Promise<Page> =>
    site.get(`/developers/apps/${site.addApp({ redirectURL }).appId}`);

  test.each([
    ['http://localhost:3000/auth/pimbuzz/callback', "'/auth/pimbuzz'", "'/auth/pimbuzz/callback'", '3000'],
    ['http://localhost:8080/login/callback/?x=1#f', "'/login'", "'/login/callback/'", '8080'],
    ['https://example.com/cb', "'/auth/pimbuzz'", "'/cb'", '3000'],
    ['https://example.com', "'/auth/pimbuzz'", "'/'", '3000'],
    ['https://example.com/auth/pimbuzz', "'/login'", "'/auth/pimbuzz'", '3000'],
    ["https://example.com/it's(a)/callback", String.raw`'/it\'s\\(a\\)'`, String.raw`'/it\'s\\(a\\)/callback'`, '3000'],
  ])('for %s start at %s, return to %s and listen on %s', async (redirectURL, start, callback, port) => {
    const { html } = await pageFor(redirectURL);
    for (const id of ['code-javascript', 'code-typescript']) {
      const code = snippetOf(html, id);
      expect(code).toContain(`app.get(${start}, passport`);
      expect(code).toContain(`app.get(${callback}, passport`);
      expect(code).toContain(`app.get('${callback === "'/'" ? '/me' : '/'}', (req`);
      expect(code).toContain(`app.listen(${port}, (error) => {\n  if (error) throw error;\n  console.log('Open http`);
    }
  });

  test('the secrets stand in .env only, with all that the program needs', async () => {
    const app = site.addApp();
    const { html } = await site.get(`/developers/apps/${app.appId}`);
    const env = parseEnv(snippetOf(html, 'code-env'));
    expect(env).toEqual({
      PIMBUZZ_URL: site.provider.url,
      PIMBUZZ_APP_ID: app.appId,
      PIMBUZZ_APP_SECRET: app.appSecret,
      SESSION_SECRET: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    const code = snippetOf(html, 'code-typescript') + snippetOf(html, 'code-javascript');
    expect(code).not.toContain(app.appSecret);
    expect(code).not.toContain(env.SESSION_SECRET);
  });
});

async function appPage(provider: LocalProvider, appId: string): Promise<{ html: string }> {
  const browser = new Browser(provider.url);
  await browser.submit('/signin', { user_id: provider.users[0]!.id, return_to: '/' });
  return browser.get(`/developers/apps/${appId}`);
}

/** Runs a pasted program as Node would, with this package as the installed one; resolves to the server it started. */
async function run(code: string, env: string): Promise<Server> {
  let started: Server | undefined;
  const listeningExpress = () => {
    const app = express();
    const listen = app.listen.bind(app);
    return Object.assign(app, { listen: (...given: [number]) => (started = listen(...given)) });
  };
  const modules: Record<string, unknown> = { express: listeningExpress, 'passport-loginwith': loginwith };
  const installed = createRequire(__filename);
  const load = (name: string): unknown => modules[name] ?? installed(name);
  const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: true };
  const { outputText } = ts.transpileModule(code, { compilerOptions });
  const parameters = { require: load, process: { env: parseEnv(env) }, exports: {} };
  Reflect.apply(compileFunction(outputText, Object.keys(parameters)), undefined, Object.values(parameters));
  await once(started!, 'listening');
  return started!;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, 'localhost');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** What the TypeScript compiler has against a file of a strict project that uses this package. */
function diagnose(code: string): string[] {
  const root = join(__dirname, '../../..');
  const config = ts.getParsedCommandLineOfConfigFile(
    join(root, 'tsconfig.json'),
    { skipLibCheck: true },
    {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic: (diagnostic) => {
        throw new Error(JSON.stringify(diagnostic.messageText));
      },
    },
  );
  const file = join(root, 'test', 'pasted.ts');
  const host = ts.createCompilerHost(config!.options);
  const readSource = host.getSourceFile.bind(host);
  host.getSourceFile = (name, ...rest) =>
    name === file ? ts.createSourceFile(name, code, ts.ScriptTarget.ES2023) : readSource(name, ...rest);
  const program = ts.createProgram([file], config!.options, host);
  return ts
    .getPreEmitDiagnostics(program, program.getSourceFile(file))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}
