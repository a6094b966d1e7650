/**
 * A turn of the event loop for messages, timers and signals. Where nobody can ask for one, in a worker of a browser,
 * none is needed: what stops a replay there stands in shared memory.
 */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve);
    else resolve();
  });
}
