/** Runs asynchronous steps one after the other. A step that fails tells its caller and stops no other. */
export class TurnQueue {
  private last: Promise<unknown> = Promise.resolve();

  run<R>(step: () => Promise<R>): Promise<R> {
    const turn = this.last.then(step);
    this.last = turn.catch(() => undefined); // told to the caller; the next turn does not depend on it
    return turn;
  }
}
