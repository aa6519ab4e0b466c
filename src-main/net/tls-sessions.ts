/** The most hosts whose sessions are kept; a user has a few Bastions, each with a few pods. */
const mostNames = 64;

/** TLS sessions (tickets) of verified connections, by name; the one used longest ago goes first. */
export class TlsSessions {
  private readonly tickets = new Map<string, Buffer>();

  get(name: string): Buffer | undefined {
    const ticket = this.tickets.get(name);
    if (ticket !== undefined) this.put(name, ticket);
    return ticket;
  }

  put(name: string, ticket: Buffer): void {
    this.tickets.delete(name);
    this.tickets.set(name, ticket);
    const oldest = this.tickets.keys().next();
    if (this.tickets.size > mostNames && oldest.done !== true) this.tickets.delete(oldest.value);
  }

  forget(name: string): void {
    this.tickets.delete(name);
  }

  clear(): void {
    this.tickets.clear();
  }
}
