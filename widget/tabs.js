// The two ways to book, as tabs: the chat and the form. Called by view.js. Arrow keys change, as the ARIA practices have it.
import { button, element } from "./dom.js";
import { tab, tabs } from "./texts.js";

export class Tabs {
  chosen = "chat";
  #tabs = {};
  #panes;

  /** `panes` maps "chat" and "form" to their nodes; `onChoose(name)` when the guest changes. */
  constructor({ panes, onChoose }) {
    this.#panes = panes;
    for (const [name, pane] of Object.entries(panes)) {
      const id = `tab-${name}`;
      this.#tabs[name] = button({ role: "tab", class: "tab", id, "aria-controls": name, text: tab[name], onclick: () => onChoose(name) });
      for (const [key, value] of Object.entries({ role: "tabpanel", id: name, "aria-labelledby": id })) pane.setAttribute(key, value);
    }
    const keys = (event) => {
      if (!event.key.startsWith("Arrow")) return;
      onChoose(this.chosen === "chat" ? "form" : "chat");
      this.#tabs[this.chosen].focus();
    };
    this.node = element("div", { class: "tabs", role: "tablist", "aria-label": tabs, onkeydown: keys }, ...Object.values(this.#tabs));
  }

  show(chosen) {
    this.chosen = chosen;
    for (const [name, node] of Object.entries(this.#tabs)) {
      const isChosen = name === chosen;
      node.setAttribute("aria-selected", isChosen);
      node.tabIndex = isChosen ? 0 : -1;
      this.#panes[name].hidden = !isChosen;
    }
  }
}
