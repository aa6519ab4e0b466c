import { type ChildProcess, spawn } from 'node:child_process';

/** A program of the user `nobody` that connects to a port of 127.0.0.1 and waits. Needs root. */
export function dialAsNobody(port: number): ChildProcess {
  const script = `exec 3<>/dev/tcp/127.0.0.1/${port}; read -t 20 <&3`;
  return spawn('setpriv', ['--reuid=65534', '--regid=65534', '--clear-groups', 'bash', '-c', script]);
}
