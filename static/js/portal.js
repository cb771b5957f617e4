/* What a script adds to pages that work without one: no act depends on anything here. */
"use strict";
(() => {
  const $ = (what, where = document) => where.querySelector(what);
  const $$ = (what, where = document) => [...where.querySelectorAll(what)];
  const toasts = $("#toasts");
  const modal = $("#dialog");

  const say = (words, level = "") => {
    const toast = document.createElement("div");
    toast.className = `toast ${level}`;
    toast.textContent = words;
    toasts.replaceChildren(toast);
  };

  // Buttons that only a script can serve show themselves.
  const wake = (where = document) => $$("[data-close][hidden], [data-copy][hidden], [data-script][hidden]", where).forEach((b) => { b.hidden = false; });

  // A live region speaks only of what changes in it after the page is there.
  const speak = () => {
    const said = [...toasts.children];
    toasts.replaceChildren();
    setTimeout(() => toasts.append(...said), 50);
  };

  const theme = async (form, button) => {
    const chosen = button.value;
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form, button), headers: { "HX-Request": "true" } }).catch(() => null);
    if (!answer?.ok) return say("The theme was not changed: no answer from the server.", "error");
    if (chosen === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = chosen;
    $$("button[name=theme]").forEach((b) => b.setAttribute("aria-pressed", b.value === chosen));
  };

  const ask = async (link) => {
    const answer = await fetch(link.href).catch(() => null);
    const page = answer?.ok && !answer.redirected && new DOMParser().parseFromString(await answer.text(), "text/html");
    const question = page && $(".dialog", page);
    if (!question) return location.assign(link.href);
    const title = $("h1", question);
    if (title) {
      const smaller = document.createElement("h2");
      smaller.id = title.id;
      smaller.append(...title.childNodes);
      title.replaceWith(smaller);
      modal.setAttribute("aria-labelledby", smaller.id);
    }
    modal.replaceChildren(question);
    wake(modal);
    modal.showModal();
    ($("[autofocus], input:not([type=hidden]), textarea, select", modal) || $("a, button", modal))?.focus();
  };

  const copy = async (button) => {
    const words = $("span", button);
    await navigator.clipboard.writeText($(button.dataset.copy).textContent.trim());
    words.dataset.was ||= words.textContent;
    words.textContent = "Copied";
    setTimeout(() => { words.textContent = words.dataset.was; }, 2000);
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches(".theme-form") && event.submitter) {
      event.preventDefault();
      theme(form, event.submitter);
    } else if (form.method === "post" && !form.hasAttribute("hx-post")) {
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = "yes";
      setTimeout(() => delete form.dataset.sent, 4000);
    }
  });

  document.addEventListener("click", (event) => {
    const hit = event.target.closest("[data-dialog], [data-close], [data-copy], [data-all], [data-print]");
    $$("details.switcher[open]").forEach((d) => { if (!d.contains(event.target)) d.open = false; });
    if (!hit || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if ("dialog" in hit.dataset) { event.preventDefault(); ask(hit); }
    else if ("print" in hit.dataset) print();
    else if ("copy" in hit.dataset) copy(hit);
    else if ("all" in hit.dataset) $$(`input[name="${hit.dataset.all}"]`).forEach((box) => { box.checked = hit.checked; });
    else if (modal.open) { event.preventDefault(); modal.close(); }
    else if (hit.tagName === "BUTTON") hit.closest(".toast")?.remove();
  });

  /* keys: / search, j k rows, x select, e explain, r replay, ? help; a page gives a letter to an element by data-key */
  const rows = () => $$("[data-row], main tbody tr, .work > details, .list > li").filter((row) => row.offsetParent && $("a, input, summary", row));
  const here = () => document.activeElement.closest("[data-row], main tbody tr, .work > details, .list > li");
  const step = (by) => {
    const all = rows();
    const next = all[Math.min(Math.max(all.indexOf(here()) + by, 0), all.length - 1)];
    next && $("summary, a, input", next).focus();
  };
  const own = {
    "/": () => $("#q")?.focus(),
    j: () => step(1),
    k: () => step(-1),
    x: () => here() && $("input[type=checkbox]", here())?.click(),
    e: () => here()?.tagName === "DETAILS" && $("summary", here()).click(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      if (location.hash === "#menu") { location.hash = "main"; $("#open-menu").focus(); }
      const open = $("details.switcher[open]");
      if (open) { open.open = false; $("summary", open).focus(); }
      return;
    }
    const typing = event.target.matches("input:not([type=checkbox], [type=radio]), select, textarea, [contenteditable]");
    if (typing || modal.open || event.ctrlKey || event.metaKey || event.altKey || document.body.dataset.keys === "off") return;
    const letter = CSS.escape(event.key);
    const given = (here() && $(`[data-key="${letter}"]`, here())) || $(`[data-key="${letter}"]`);
    if (!given && !own[event.key]) return;
    event.preventDefault();
    given ? given.click() : own[event.key]();
  });

  document.addEventListener("htmx:responseError", (event) => say(`Not done: the server answered ${event.detail.xhr.status}. Try again.`, "error"));
  document.addEventListener("htmx:sendError", () => say("Not done: no answer from the server. Try again.", "error"));
  document.addEventListener("htmx:afterSwap", (event) => wake(event.target));

  wake();
  speak();
})();
