import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startProvider } from 'passport-loginwith/provider';
import { readBlocks } from '../support/document-blocks';
import { createPackageFolder } from '../support/package-folder';
import { cookieSecret } from '../support/strategy-app';
import { Browser } from '../support/test-browser';

test('the app of docs/many-sites.md logs users in at the network of each host', async () => {
  const folder = await createPackageFolder();
  const providers = [await startProvider(), await startProvider()];
  const hosts = ['one.example', 'two.example'];
  const shops = Object.fromEntries(
    providers.map(({ url, apps: [app] }, index) => {
      const { appId, appSecret } = app!;
      return [hosts[index], { name: `shop-${index}`, provider: url, appId, appSecret }];
    }),
  );
  writeFileSync(join(folder.path, 'shops.mjs'), readBlocks('docs/many-sites.md')['shops.mjs']!);
  const app = spawn(process.execPath, ['shops.mjs'], {
    cwd: folder.path,
    env: { SESSION_SECRET: cookieSecret, SHOPS: JSON.stringify(shops), PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [printed] = (await once(app.stdout, 'data')) as [Buffer];
    const [url] = /http:\S+/.exec(printed.toString())!;
    for (const [index, provider] of providers.entries()) {
      provider.updateApp(provider.apps[0]!.appId, { redirectURL: `${url}/auth/shop-${index}/callback` });
      const browser = new Browser(url);
      browser.headers = { host: hosts[index] };
      await provider.signIn(browser.fetch, 'renee', { start: `${url}/auth/shop-${index}` });
      expect((await browser.get('/')).json).toEqual({ provider: `shop-${index}`, id: provider.users[0]!.id });
    }
    const stranger = await new Browser(url).get('/');
    expect([stranger.status, stranger.text]).toEqual([404, expect.stringContaining('There is no such login here')]);
  } finally {
    app.kill();
    await Promise.all(providers.map((provider) => provider.close()));
    folder.remove();
  }
});
