import { generator } from '../../provider/pages/index.js';

/** Returns the name of the site of the local provider that listens there; undefined for anything else. */
export async function findLocalProvider(url: string): Promise<string | undefined> {
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(longestWait) });
    const page = await response.text();
    return page.includes(`<meta name="generator" content="${generator}"`)
      ? /<meta name="application-name" content="([^"]+)"/.exec(page)?.[1]
      : undefined;
  } catch {
    return undefined;
  }
}

const longestWait = 1000;
