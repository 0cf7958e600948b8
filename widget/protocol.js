// Speaks POST /chat with the server: one message, several tries under the same message id, one outcome. Called by delivery.js.
import { Caller } from "./http.js";
import { readReplies } from "./replies.js";

/** The restaurant's chat endpoint on `server` (an origin). */
export class ChatProtocol {
  #caller;
  #path;
  #server;

  constructor({ server, restaurant, apiKey }, tools = undefined) {
    this.#server = server;
    this.#caller = new Caller({ server, apiKey }, tools);
    this.#path = `/api/v1/chat/${encodeURIComponent(restaurant)}/messages`;
  }

  /**
   * Sends `{sessionId, messageId, text, locale}` until it is answered or trying on is pointless.
   * Resolves to `{replies}` or `{problem}` (see http.js); never rejects for what a network or a server does.
   */
  async send(message, { onPause } = {}) {
    const request = { method: "POST", path: this.#path, body: message, locale: message.locale };
    const { data, problem } = await this.#caller.call(request, { read: (answer) => readReplies(answer, this.#server), onPause });
    return data ? { replies: data } : { problem };
  }
}
