import type { Page } from '@playwright/test';

// What runs in the app's page, as text: this folder is not compiled for a browser. The page's policy allows no evaluation of
// texts, so they go by the debugger's protocol.

/** Runs a script in the page; resolves with what it, or its promise, gives. */
export async function runInPage<T>(page: Page, expression: string): Promise<T> {
  const session = await page.context().newCDPSession(page);
  const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
    expression,
    awaitPromise: true,
    returnByValue: true,
  });
  await session.detach();
  if (exceptionDetails !== undefined)
    throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  return result.value as T;
}

/** Milliseconds since 1970 at the first frame in which a test holds. */
const firstFrame = (test: string): string => `new Promise((resolve) => {
  const look = () => ${test} ? resolve(performance.timeOrigin + performance.now()) : requestAnimationFrame(look);
  look();
})`;

/** The first frame in which an element is there. */
export const frameWith = (selector: string): string =>
  firstFrame(`document.querySelector(${JSON.stringify(selector)}) !== null`);

/** The first frame in which a tenant's row counts machines. */
export const frameWithMachines = firstFrame(
  `/[1-9]/.test(document.querySelector('[data-row-kind="tenant"] .row-count')?.textContent ?? '')`,
);

/** The first frame in which the foot of the list has these words. */
export const frameWithFoot = (words: string): string =>
  firstFrame(
    `(document.querySelector('.sidebar-foot')?.textContent ?? '').includes(${JSON.stringify(words)})`,
  );

/** Notes from now on how long each key press takes to the message after the frame that follows it. */
export const noteKeyTimes = `{
  window.keyTimes = [];
  window.addEventListener('keydown', ({ timeStamp }) => {
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => window.keyTimes.push(performance.now() - timeStamp);
      port2.postMessage(null);
    });
  }, { capture: true });
}`;

export const readKeyTimes = 'window.keyTimes';

/** Scrolls the list by eight rows a frame; gives the milliseconds between frames. */
export const scrollThroughList = `new Promise((resolve, reject) => {
  const list = [...document.querySelectorAll('.sidebar *')].find((each) => each.scrollHeight > each.clientHeight + 1000);
  if (list === undefined) { reject(new Error('nothing to scroll')); return; }
  const frames = [];
  let last = performance.now();
  const step = (now) => {
    frames.push(now - last);
    last = now;
    list.scrollTop += 224;
    if (frames.length < 400) requestAnimationFrame(step);
    else resolve(frames.slice(1));
  };
  requestAnimationFrame(step);
})`;
