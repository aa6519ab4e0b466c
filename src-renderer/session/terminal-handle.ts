import { FitAddon } from '@xterm/addon-fit';
import { WebLinksAddon } from '@xterm/addon-web-links';
import { WebglAddon } from '@xterm/addon-webgl';
import { Terminal } from '@xterm/xterm';
import { type TerminalInput, terminalFlow } from '../../shared/ipc.ts';
import { AckCounter } from './ack-counter.ts';
import { terminalTheme } from './terminal-theme.ts';

/** What a terminal asks of the window around it. */
export interface TerminalHost {
  readonly openLink: (url: string) => void;
  /** True if the key press is the window's and not the shell's. */
  readonly isWindowKey: (event: KeyboardEvent) => boolean;
  readonly isMac: boolean;
}

const idleAckMs = 50;
const longestInput = 500_000;
const leaveAlternateScreen = '\u001b[?1049l';
/** Undoes what a program that was cut off may have left behind: colours, modes, mouse reports, a hidden cursor. */
const resetModes = '\u001b[!p\u001b[?1000l\u001b[?1002l\u001b[?1003l\u001b[?2004l\u001b[?25h\u001b[0m';

/** After one failure no terminal tries WebGL again: the machine has none, or too many contexts were lost. */
let isWebglBroken = false;

/**
 * One session's terminal. It lives outside React, so that scrollback survives tab switches, a lost session and a
 * reconnect; it is moved into the page that shows it. Bytes come over the port of the connection that is live;
 * without a port, keys are dropped.
 */
export class TerminalHandle {
  readonly terminal: Terminal;
  readonly #element = document.createElement('div');
  readonly #fit = new FitAddon();
  readonly #acks = new AckCounter(terminalFlow.ackEveryBytes);
  readonly #resizes: ResizeObserver;
  #webgl: WebglAddon | null = null;
  #port: MessagePort | null = null;
  #idleTimer: ReturnType<typeof setTimeout> | undefined;
  #fitFrame = 0;
  #wasConnected = false;

  constructor(host: TerminalHost, isDark: boolean) {
    this.#element.className = 'terminal-element';
    this.terminal = new Terminal({
      allowProposedApi: false,
      cursorBlink: true,
      fontFamily: getComputedStyle(document.documentElement).getPropertyValue('--mono').trim(),
      fontSize: 13,
      lineHeight: 1.2,
      minimumContrastRatio: 4.5,
      scrollback: 10_000,
      macOptionIsMeta: false,
      rightClickSelectsWord: false,
      theme: terminalTheme(isDark),
      linkHandler: {
        activate: (event, url) => this.#openLink(event, url, host),
        allowNonHttpProtocols: false,
      },
    });
    this.terminal.loadAddon(this.#fit);
    this.terminal.loadAddon(new WebLinksAddon((event, url) => this.#openLink(event, url, host)));
    this.terminal.attachCustomKeyEventHandler((event) => !host.isWindowKey(event));
    this.terminal.onData((text) => this.#sendText(text));
    this.terminal.onBinary((text) => this.#sendText(text));
    this.terminal.onResize(({ cols, rows }) => this.#send({ kind: 'resize', columns: cols, rows }));
    this.#resizes = new ResizeObserver(() => this.#scheduleFit());
  }

  /** True once the session has been connected: from then on there is something to scroll back to. */
  get wasConnected(): boolean {
    return this.#wasConnected;
  }

  /** Takes the port of a fresh connection; the one before is closed. */
  connect(port: MessagePort): void {
    this.disconnect();
    this.#port = port;
    port.addEventListener('message', (event: MessageEvent<unknown>) => {
      if (!(event.data instanceof Uint8Array) || this.#port !== port) return;
      const bytes = event.data;
      this.terminal.write(bytes, () => {
        if (this.#port === port) this.#acknowledge(bytes.byteLength);
      });
    });
    this.#send({ kind: 'resize', columns: this.terminal.cols, rows: this.terminal.rows });
    if (this.#wasConnected) this.#writeSeparator('reconnected', () => port.start());
    else port.start();
    this.#wasConnected = true;
  }

  /** Closes the port: what is typed from now on goes nowhere. */
  disconnect(): void {
    clearTimeout(this.#idleTimer);
    this.#acks.reset();
    this.#port?.close();
    this.#port = null;
  }

  /** Moves the terminal into a page and draws it. */
  mount(container: HTMLElement): void {
    container.append(this.#element);
    if (this.terminal.element === undefined) this.terminal.open(this.#element);
    this.#resizes.observe(container);
    this.#fitNow();
    this.#startWebgl();
    this.terminal.refresh(0, this.terminal.rows - 1);
  }

  /** Takes the terminal out of its page; it goes on reading. Only terminals in view hold a WebGL context. */
  unmount(): void {
    cancelAnimationFrame(this.#fitFrame);
    this.#resizes.disconnect();
    this.#stopWebgl();
    this.#element.remove();
  }

  setDark(isDark: boolean): void {
    this.terminal.options.theme = terminalTheme(isDark);
  }

  focus(): void {
    this.terminal.focus();
  }

  dispose(): void {
    this.disconnect();
    this.unmount();
    this.terminal.dispose();
  }

  #openLink(event: MouseEvent, url: string, host: TerminalHost): void {
    if (host.isMac ? event.metaKey : event.ctrlKey) host.openLink(url);
  }

  #send(message: TerminalInput): void {
    this.#port?.postMessage(message);
  }

  #sendText(text: string): void {
    for (let from = 0; from < text.length; from += longestInput) {
      this.#send({ kind: 'input', text: text.slice(from, from + longestInput) });
    }
  }

  #acknowledge(byteCount: number): void {
    const bytes = this.#acks.add(byteCount);
    if (bytes > 0) this.#send({ kind: 'ack', bytes });
    clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => {
      const rest = this.#acks.flush();
      if (rest > 0) this.#send({ kind: 'ack', bytes: rest });
    }, idleAckMs);
  }

  /** Marks in the scrollback where a new connection begins, on a line of its own and with all modes reset. */
  #writeSeparator(text: string, onWritten: () => void): void {
    // What is still queued decides which screen is on, so look only when it is through.
    this.terminal.write('', () => {
      const isAlternate = this.terminal.buffer.active.type === 'alternate';
      this.terminal.write(
        `${isAlternate ? leaveAlternateScreen : ''}${resetModes}\r\n\u001b[90m— ${text} —\u001b[0m\r\n`,
      );
      onWritten();
    });
  }

  #scheduleFit(): void {
    cancelAnimationFrame(this.#fitFrame);
    this.#fitFrame = requestAnimationFrame(() => this.#fitNow());
  }

  #fitNow(): void {
    if (this.#element.clientWidth > 0 && this.#element.clientHeight > 0) this.#fit.fit();
  }

  #startWebgl(): void {
    if (isWebglBroken || this.#webgl !== null) return;
    const addon = new WebglAddon();
    try {
      addon.onContextLoss(() => {
        isWebglBroken = true;
        this.#stopWebgl();
      });
      this.terminal.loadAddon(addon);
      this.#webgl = addon;
    } catch {
      // No WebGL here: the terminal draws with DOM elements, which is slower and looks the same.
      isWebglBroken = true;
      addon.dispose();
    }
  }

  #stopWebgl(): void {
    this.#webgl?.dispose();
    this.#webgl = null;
  }
}
