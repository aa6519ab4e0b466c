/** The engine's worker with a profiler beside it, which listens to the channel `bench-profile`. */
import { Session } from 'node:inspector';
import { BroadcastChannel } from 'node:worker_threads';
import '../../src-main/tunnel/worker.ts';

const channel = new BroadcastChannel('bench-profile');
const session = new Session();
session.connect();

channel.addEventListener('message', (message: unknown) => {
  const { data } = message as { readonly data: 'start' | 'stop' };
  if (data === 'start') {
    session.post('Profiler.enable');
    session.post('Profiler.setSamplingInterval', { interval: 200 });
    session.post('Profiler.start');
  } else if (data === 'stop') {
    session.post('Profiler.stop', (error, result) => {
      if (error === null) channel.postMessage(result.profile);
    });
  }
});
