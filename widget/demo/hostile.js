// What scripts of real pages do to the browser's own objects, all at once: old Prototype and MooTools, a jQuery of the year the page is
// from, a shortcut library, an analytics wrapper, somebody else's custom elements. Loaded by ../demo.html.
(function () {
  "use strict";

  // Prototype: enumerable helpers on everything.
  Object.prototype.extend = function () { return this; };
  Array.prototype.each = function (visit) { for (var i = 0; i < this.length; i += 1) visit(this[i]); return this; };
  Element.prototype.hide = function () { return this; };
  Element.prototype.show = function () { return this; };
  Element.prototype.update = function (html) { this.innerHTML = html; return this; };

  // MooTools: the same names as the standard, another meaning.
  Array.from = function (item) { return item === null || item === undefined ? [] : [item]; };
  Function.prototype.delay = function (milliseconds) { return setTimeout(this, milliseconds); };
  String.prototype.contains = function (other) { return this.indexOf(other) > -1; };

  // A jQuery of its time: global names, and handlers for everything below the document.
  window.$ = window.jQuery = function (selector) { return document.querySelectorAll(selector); };
  window.jQuery.fn = { jquery: "1.4.2" };
  window.name = window.status = "casa-hostil";

  // A shortcut library that takes every key which does not seem to come from a text field.
  ["keydown", "keypress", "keyup"].forEach(function (type) {
    document.addEventListener(type, function (event) {
      if (!/^(INPUT|TEXTAREA)$/.test(event.target.tagName)) { event.preventDefault(); event.stopImmediatePropagation(); }
    });
  });
  document.addEventListener("click", function (event) {
    if (event.target.tagName !== "A") event.preventDefault();
  });

  // Analytics around the network.
  var fetchOfBefore = window.fetch;
  window.fetched = 0;
  window.fetch = function () { window.fetched += 1; return fetchOfBefore.apply(window, arguments); };

  // Other people's custom elements.
  customElements.define("cookie-banner", class extends HTMLElement {
    connectedCallback() { document.body.appendChild(document.createElement("x-overlay")); }
  });
  customElements.define("x-overlay", class extends HTMLElement {});
})();
