import type { ServerResponse } from 'node:http';
import type { FaultPlan } from '../faults/faults.js';
import type { WireResponse } from './wire-response.js';

/** Sends a response in the way that the plan asks for, as long as the caller is there. */
export function sendResponse(res: ServerResponse, response: WireResponse, plan: FaultPlan): void {
  if (plan.delay === 0) {
    deliver(res, response, plan);
    return;
  }
  const timer = setTimeout(() => {
    deliver(res, response, plan);
  }, plan.delay);
  res.on('close', () => {
    clearTimeout(timer);
  });
}

function deliver(res: ServerResponse, response: WireResponse, { delivery, duration }: FaultPlan): void {
  if (isCallerGone(res)) return;
  const { status, headers, body } = response;
  const half = body.subarray(0, Math.ceil(body.length / 2));
  switch (delivery) {
    case 'whole':
      res.writeHead(status, headers).end(body);
      return;
    case 'reset':
      res.socket?.resetAndDestroy();
      return;
    case 'hang':
      return;
    case 'stalled':
      res.writeHead(status, headers).write(half);
      return;
    case 'truncated':
      res.writeHead(status, headers).write(half, () => res.destroy());
      return;
    case 'slow':
      res.writeHead(status, headers);
      drip(res, body, duration);
      return;
    case 'too_large': {
      const large = Buffer.concat([body, Buffer.alloc(mebibyte, ' ')]);
      res.writeHead(status, { ...headers, 'content-length': large.length }).end(large);
      return;
    }
    case 'endless': {
      const { 'content-length': _, ...endless } = headers;
      res.writeHead(status, endless).write(half);
      pourForEver(res);
    }
  }
}

const mebibyte = 1024 * 1024;
const dripInterval = 20;

function drip(res: ServerResponse, body: Buffer, duration: number): void {
  const drops = Math.max(1, Math.min(body.length, Math.floor(duration / dripInterval)));
  let sent = 0;
  const timer = setInterval(() => {
    if (isCallerGone(res)) {
      clearInterval(timer);
      return;
    }
    const from = Math.floor((body.length * sent) / drops);
    sent += 1;
    const drop = body.subarray(from, Math.floor((body.length * sent) / drops));
    if (sent < drops) {
      res.write(drop);
      return;
    }
    clearInterval(timer);
    res.end(drop);
  }, duration / drops);
}

/** Writes only as fast as the caller reads, so that the provider's memory does not grow. */
function pourForEver(res: ServerResponse): void {
  const blanks = Buffer.alloc(16 * 1024, ' ');
  const timer = setInterval(() => {
    if (isCallerGone(res)) clearInterval(timer);
    else if (!res.writableNeedDrain) res.write(blanks);
  }, 1);
}

/** A response that waits for the one before it on its connection never emits `close`, so the connection is asked. */
function isCallerGone({ destroyed, req }: ServerResponse): boolean {
  return destroyed || req.socket.destroyed;
}
