// The file a restaurant's page loads: registers <saveit-chat>, once, whatever else of the page loaded it before.
// It names every module of the chat itself, so that the browser fetches them side by side and not one level after another.
import "./calendar-tab.js";
import "./card.js";
import "./composer.js";
import "./conversation.js";
import "./delivery.js";
import "./dom.js";
import "./house.js";
import "./http.js";
import "./icons.js";
import "./ids.js";
import "./launcher.js";
import "./live.js";
import "./log.js";
import "./panel.js";
import "./protocol.js";
import "./replies.js";
import "./session.js";
import "./sound.js";
import "./storage.js";
import "./styles.js";
import "./tabs.js";
import "./texts.js";
import "./tokens.js";
import "./view.js";
import "./words.js";
import { SaveitChat } from "./element.js";

if (!customElements.get("saveit-chat")) customElements.define("saveit-chat", SaveitChat);
