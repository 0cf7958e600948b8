// Brings a session's pending messages to the server one at a time and in order, and waits while there is no network.
// Called by element.js, which hears of every change through the callbacks.

export class Delivery {
  #session;
  #protocol;
  #onChange;
  #onReplies;
  #isRunning = false;

  /** `onChange()` after every change of a message's state; `onReplies(messages)` with what the restaurant said. */
  constructor({ session, protocol, onChange, onReplies }) {
    this.#session = session;
    this.#protocol = protocol;
    this.#onChange = onChange;
    this.#onReplies = onReplies;
  }

  /** Whether a message is with the server just now. */
  get isAwaitingAnswer() {
    return this.#isRunning && this.#session.nextPending() !== null && this.#session.nextPending().problem === null;
  }

  /** Sends what is pending; a second call while one is at work does nothing, so nothing is ever sent twice at once. */
  async flush() {
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      for (let next = this.#session.nextPending(); next; next = this.#session.nextPending()) {
        if (!(await this.#deliver(next))) break;
      }
    } finally {
      this.#isRunning = false;
      this.#onChange();
    }
  }

  /** False when going on with the next message is pointless. */
  async #deliver(message) {
    this.#hold(message, null);
    const { replies, problem } = await this.#protocol.send(this.#wire(message), {
      onPause: (pause) => this.#hold(message, pause),
    });
    if (replies) {
      const added = this.#session.answer(message, replies);
      this.#onChange();
      this.#onReplies(added);
      return true;
    }
    return this.#stopFor(message, problem);
  }

  #stopFor(message, problem) {
    if (problem.kind === "offline") {
      for (const waiting of this.#session.pending()) this.#session.hold(waiting, problem);
      return false;
    }
    if (problem.kind === "refused") {
      this.#session.fail(message, problem);
      return true;
    }
    for (const stuck of this.#session.pending()) this.#session.fail(stuck, problem);
    return false;
  }

  #hold(message, problem) {
    this.#session.hold(message, problem);
    this.#onChange();
  }

  #wire(message) {
    return { sessionId: this.#session.id, messageId: message.id, text: message.text, locale: message.locale };
  }
}
