/* Prints how Fastify responds to requests that never were on a connection. Jest cannot load what injects them. */
import { adaptFastify, LoginWithStrategy } from 'passport-loginwith';
import { createFastifyApp } from './passport-frameworks';

async function inject(register?: Parameters<typeof createFastifyApp>[2]) {
  const cookieSecret = 'of the tests, and long enough for them';
  const options = { provider: 'pimbuzz', appId: '1', appSecret: 's', cookieSecret };
  const app = createFastifyApp(new LoginWithStrategy(options, () => null), {}, register);
  const { statusCode, headers, body } = await app.inject('/auth');
  await app.close();
  return { status: statusCode, cookies: [headers['set-cookie'] ?? []].flat(), body };
}

async function main(): Promise<void> {
  const plain = await inject();
  const adapted = await inject((app) => void app.register(adaptFastify));
  console.log(JSON.stringify({ plain, adapted }));
}

void main();
