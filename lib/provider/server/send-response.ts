import type { ServerResponse } from 'node:http';
import type { FaultPlan } from '../faults/faults.js';
import type { WireAnswer } from './wire-response.js';

/** Sends an answer, or what a fault makes of it. */
export function deliver(response: ServerResponse, answer: WireAnswer, plan: FaultPlan): void {
  if (plan.delay === 0) {
    send(response, answer, plan);
    return;
  }
  const timer = setTimeout(() => {
    send(response, answer, plan);
  }, plan.delay);
  response.on('close', () => {
    clearTimeout(timer);
  });
}

function send(response: ServerResponse, answer: WireAnswer, { delivery, duration }: FaultPlan): void {
  const { status, headers, body } = answer;
  const half = body.subarray(0, Math.ceil(body.length / 2));
  switch (delivery) {
    case 'whole':
      response.writeHead(status, headers).end(body);
      return;
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'hang':
      return;
    case 'stalled':
      response.writeHead(status, headers).write(half);
      return;
    case 'truncated':
      response.writeHead(status, headers).write(half, () => response.destroy());
      return;
    case 'slow':
      response.writeHead(status, headers);
      drip(response, body, duration);
      return;
    case 'too_large': {
      const large = Buffer.concat([body, Buffer.alloc(MEBIBYTE, ' ')]);
      response.writeHead(status, { ...headers, 'content-length': large.length }).end(large);
      return;
    }
    case 'endless': {
      const { 'content-length': _, ...endless } = headers;
      response.writeHead(status, endless).write(half);
      pourForEver(response);
    }
  }
}

const MEBIBYTE = 1024 * 1024;
const DRIP_INTERVAL = 20;

function drip(response: ServerResponse, body: Buffer, duration: number): void {
  const drops = Math.max(1, Math.min(body.length, Math.floor(duration / DRIP_INTERVAL)));
  let sent = 0;
  const timer = setInterval(() => {
    const from = Math.floor((body.length * sent) / drops);
    sent += 1;
    const drop = body.subarray(from, Math.floor((body.length * sent) / drops));
    if (sent < drops) response.write(drop);
    else response.end(drop);
  }, duration / drops);
  response.on('close', () => {
    clearInterval(timer);
  });
}

/** As fast as the caller reads, so that the provider's memory does not grow. */
function pourForEver(response: ServerResponse): void {
  const blanks = Buffer.alloc(16 * 1024, ' ');
  const timer = setInterval(() => {
    if (!response.writableNeedDrain) response.write(blanks);
  }, 1);
  response.on('close', () => {
    clearInterval(timer);
  });
}
