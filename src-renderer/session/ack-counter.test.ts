import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AckCounter } from './ack-counter.ts';

describe('AckCounter', () => {
  it('acknowledges at the threshold and the remainder on demand', () => {
    const acks = new AckCounter(100);
    expect([acks.add(60), acks.add(39), acks.add(1), acks.add(10), acks.flush(), acks.flush()]).toEqual([
      0, 0, 100, 0, 10, 0,
    ]);
  });

  it('forgets what belongs to a port that is gone', () => {
    const acks = new AckCounter(100);
    acks.add(99);
    acks.reset();
    expect(acks.flush()).toBe(0);
  });

  it('acknowledges every byte exactly once and never holds back a full step', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 70_000 })), (chunks) => {
        const acks = new AckCounter(32_768);
        let sum = 0;
        let outstanding = 0;
        for (const chunk of chunks) {
          const now = acks.add(chunk);
          sum += now;
          outstanding += chunk - now;
          expect(outstanding).toBeLessThan(32_768);
        }
        expect(sum + acks.flush()).toBe(chunks.reduce((total, chunk) => total + chunk, 0));
      }),
    );
  });
});
