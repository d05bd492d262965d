import { Deadline } from '../../lib/client/deadline';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

test('is over after its time', () => {
  const deadline = new Deadline(1000);
  const onEnd = jest.fn();
  deadline.onEnd = onEnd;
  jest.advanceTimersByTime(999);
  expect(onEnd).not.toHaveBeenCalled();
  expect(deadline.reason).toBeUndefined();
  jest.advanceTimersByTime(1);
  expect(onEnd).toHaveBeenCalledWith(deadline.reason);
  expect(deadline.reason).toMatchObject({ name: 'TimeoutError' });
});

test('ends nothing any more once it is cleared', () => {
  const controller = new AbortController();
  const deadlines = [new Deadline(1000), new Deadline(controller.signal)];
  deadlines.forEach((deadline) => deadline.clear());
  jest.advanceTimersByTime(1000);
  controller.abort();
  expect(deadlines.map(({ reason }) => reason)).toEqual([undefined, undefined]);
});

test('follows a signal, and has no time of its own then', () => {
  const controller = new AbortController();
  const deadline = new Deadline(controller.signal);
  const onEnd = jest.fn();
  deadline.onEnd = onEnd;
  expect(jest.getTimerCount()).toBe(0);
  const reason = new Error('the caller has left');
  controller.abort(reason);
  expect(onEnd).toHaveBeenCalledWith(reason);
  expect(deadline.reason).toBe(reason);
});

test('is over at once with a signal that is', () => {
  const reason = new Error('the caller has left');
  expect(new Deadline(AbortSignal.abort(reason)).reason).toBe(reason);
});

test('a pause takes its time', async () => {
  const onPaused = jest.fn();
  const paused = new Deadline(1000).pause(150).then(onPaused);
  await jest.advanceTimersByTimeAsync(149);
  expect(onPaused).not.toHaveBeenCalled();
  await jest.advanceTimersByTimeAsync(1);
  await paused;
});

test('a pause ends with the deadline, and leaves no timer', async () => {
  const paused = new Deadline(100).pause(150);
  jest.advanceTimersByTime(100);
  await paused;
  expect(jest.getTimerCount()).toBe(0);
});
