import { MessageChannelMain, type WebContents } from 'electron';
import { terminalPortMessage } from '../../shared/ipc.ts';
import type { TerminalPort } from '../sessions/terminal-stream.ts';

/** Makes a channel, sends one end to the page, and returns the other. */
export function openTerminalPort(webContents: WebContents, sessionId: string): TerminalPort {
  const { port1, port2 } = new MessageChannelMain();
  webContents.postMessage(terminalPortMessage, { sessionId }, [port2]);
  port1.start();
  return {
    postMessage: (bytes) => port1.postMessage(bytes),
    onMessage: (listener) => void port1.on('message', (event) => listener(event.data)),
    close: () => port1.close(),
  };
}
