// Starts the example app as the README says and uses it over HTTP: a login, a restart, a second account, and the end.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Browser } from './browser.mjs';

const start = async () => {
  const startedAt = performance.now();
  const child = spawn('npm', ['start'], { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  let output = '';
  for await (const chunk of child.stdout) {
    output += chunk;
    const url = /http:\/\/localhost:\d+\S*/.exec(output)?.[0];
    if (url !== undefined) {
      child.stdout.resume();
      console.log(`npm start: ${((performance.now() - startedAt) / 1000).toFixed(1)} s until it is open`);
      return { child, url };
    }
  }
  throw new Error(`the example ended without a URL:\n${output}`);
};
const stop = async ({ child }) => {
  process.kill(-child.pid, 'SIGINT');
  await once(child, 'exit');
};

const logOut = async (browser) => {
  await browser.submit(/log ?out/i);
  await browser.visit(example.url);
  assert.doesNotMatch(browser.text, /log ?out/i);
};

let example = await start();
try {
  const browser = new Browser();
  await browser.logIn(new URL('/auth/pimbuzz', example.url).href);
  assert.equal(browser.status, 200, browser.text);
  const name = /<h1>.*<\/h1>/.exec(browser.text)[0];
  await stop(example);
  example = await start();
  await browser.visit(example.url);
  assert.match(browser.text, /log ?out/i, 'a restart keeps people logged in');
  console.log('logged in with pimbuzz, and still after a restart');

  await browser.logIn(new URL('/auth/lookloox/link', example.url).href);
  await browser.submit(/name="token"/);
  await logOut(browser);
  await browser.logIn(new URL('/auth/lookloox', example.url).href);
  assert.ok(browser.text.includes(name), 'either account is the same person');
  await browser.visit('/account/delete');
  await browser.submit(/action="\/account\/delete"/);
  assert.match(browser.text, /is deleted/);
  console.log('linked lookloox, logged in with it, and deleted the account');
} finally {
  await stop(example);
}
