// Starts the example app as the README says, logs in with both providers over HTTP, restarts it, and logs out.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Browser } from './browser.mjs';

const start = async () => {
  const child = spawn('npm', ['start'], { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  let output = '';
  for await (const chunk of child.stdout) {
    output += chunk;
    const url = /http:\/\/localhost:\d+\S*/.exec(output)?.[0];
    if (url !== undefined) {
      child.stdout.resume();
      return { child, url };
    }
  }
  throw new Error(`the example ended without a URL:\n${output}`);
};
const stop = async ({ child }) => {
  process.kill(-child.pid, 'SIGINT');
  await once(child, 'exit');
};

let example = await start();
try {
  for (const name of ['pimbuzz', 'lookloox']) {
    const browser = new Browser();
    await browser.logIn(new URL(`/auth/${name}`, example.url).href);
    assert.equal(browser.status, 200, browser.text);
    assert.match(browser.text, /log out/i);
    if (name === 'pimbuzz') {
      await stop(example);
      example = await start();
      await browser.visit(example.url);
      assert.match(browser.text, /log out/i, 'a restart keeps people logged in');
    }
    await browser.submit(/log ?out/i);
    await browser.visit(example.url);
    assert.doesNotMatch(browser.text, /log out/i);
    console.log(`logged in and out with ${name}`);
  }
} finally {
  await stop(example);
}
