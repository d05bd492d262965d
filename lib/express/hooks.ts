import { sendFailure } from './failure.js';
import type { Instance, RequestContext } from './instance.js';
import { asWebRequest } from './request.js';
import type { LoginWithOptions } from './types.js';

/**
 * Runs `onLogin` or `onLogout`, which responds or calls `next()`; then, or if the app has none, `respond` does. An
 * error of either is sent like a failed login.
 */
export async function runHook(
  instance: Instance,
  context: RequestContext,
  hook: LoginWithOptions['onLogin'],
  respond: () => Promise<void>,
): Promise<void> {
  if (hook === undefined) {
    await respond();
    return;
  }
  const fail = (error: unknown) => sendFailure(instance, context, error).catch(context.next);
  let isCalled = false;
  await hook(asWebRequest(context.req), context.res, (error) => {
    if (isCalled) return;
    isCalled = true;
    void (error ? fail(error) : respond().catch(fail));
  });
}
