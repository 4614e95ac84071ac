// Comfort only: every page works without. Results as one types, parts of a page exchanged in place, keys, BibTeX copied.
"use strict";

document.documentElement.classList.add("js"); // shows what only a script makes useful; its place is kept, nothing shifts

const box = document.getElementById("q");
const main = document.getElementById("main");
const told = document.getElementById("told");

let silence;
function tell(text, quietly = false) {
  told.className = quietly ? "quiet" : "";
  told.textContent = text;
  clearTimeout(silence);
  silence = setTimeout(() => { told.textContent = ""; }, 2500);
}

// -- pages fetched, and put in the place of this one or of a part of it -----------------------------------------------

let asking, here = location.pathname + location.search;

function went(address, how = "pushState") {
  history[how]({}, "", address);
  here = location.pathname + location.search;
}

async function fetched(address) {
  asking?.abort();
  asking = new AbortController();
  const answer = await fetch(address, { signal: asking.signal });
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

function put(page, id) {
  const there = document.getElementById(id), fresh = page.getElementById(id);
  if (!there || !fresh) return false;
  there.replaceWith(document.adoptNode(fresh));
  document.title = page.title;
  for (const link of document.head.querySelectorAll("link[rel=alternate]")) link.remove();
  document.head.append(...page.head.querySelectorAll("link[rel=alternate]"));
  document.dispatchEvent(new CustomEvent("kg:swapped", { detail: { id } }));
  return true;
}

async function swap(address, id) {
  try {
    const page = await fetched(address);
    if (!put(page, id)) return location.assign(address);
    went(address);
  } catch (error) {
    if (error.name !== "AbortError") location.assign(address);
  }
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-swap]");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  const label = link.getAttribute("aria-label") || link.textContent;
  swap(link.getAttribute("href"), link.dataset.swap).then(() => focusAgain(link.dataset.swap, label));
});

// Whoever went on by keyboard finds themselves where they were.
function focusAgain(id, label) {
  const links = document.getElementById(id)?.querySelectorAll("a, button") ?? [];
  const same = [...links].find((link) => (link.getAttribute("aria-label") || link.textContent) === label);
  same?.focus({ preventScroll: true });
}

// What was exchanged is exchanged back; the address says it all, so another page is simply loaded.
window.addEventListener("popstate", async () => {
  if (here === location.pathname + location.search) return; // to another place of the same page
  here = location.pathname + location.search;
  try {
    const page = await fetched(location.href);
    put(page, "main");
    const query = new URL(location.href).searchParams.get("q");
    if (document.activeElement !== box) box.value = query ?? "";
  } catch (error) {
    if (error.name !== "AbortError") location.reload();
  }
});

// -- results as one types ----------------------------------------------------------------------------------------------

let waiting, asked = false;
function typed() {
  const address = new URL(box.form.action);
  for (const [name, value] of new FormData(box.form)) if (value) address.searchParams.append(name, value);
  answer(address);
}

async function answer(address) {
  try {
    const page = await fetched(address);
    if (!page.querySelector("#main .count, #main .welcome, #main .empty") || !put(page, "main")) return;
    went(address, asked ? "replaceState" : "pushState");
    asked = true;
    tell(document.querySelector("#main h1")?.textContent ?? "", true);
  } catch (error) {
    if (error.name !== "AbortError") tell("The library does not answer");
  }
}

// Where there is no search page yet, the box waits for Enter: nobody's paper is taken away by a slip of the hand.
const searching = location.pathname === "/";
if (searching) {
  box.addEventListener("input", (event) => {
    clearTimeout(waiting);
    if (!event.isComposing) waiting = setTimeout(typed, 120);
  });
  box.form.addEventListener("submit", () => clearTimeout(waiting));
  box.addEventListener("blur", () => { asked = false; });
}

// -- keys ------------------------------------------------------------------------------------------------------------------

const KEYS = [["/", "ask something"], ["j", "the next paper"], ["k", "the paper before"], ["o", "open it"],
  ["y", "copy its BibTeX"], ["?", "these keys"], ["Esc", "leave the box, or this"]];

function papers() {
  return [...document.querySelectorAll("#main .row")];
}

function current() {
  return document.activeElement?.closest(".row");
}

function step(by) {
  const rows = papers(), at = rows.indexOf(current());
  const next = rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.max(0, Math.min(rows.length - 1, at + by))];
  next?.querySelector("h3 a")?.focus();
}

async function copyBibtex(path) {
  if (!path) return tell("No paper is chosen: j and k choose one");
  copyText(await (await fetch(path + ".bib")).text());
}

async function copyText(text) {
  try {
    await copied(text.trim() + "\n");
    tell("BibTeX copied");
  } catch {
    tell("It could not be copied");
  }
}

async function copied(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = document.createElement("textarea"); // a page that is not from this machine and not https
  field.value = text;
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  if (!done) throw new Error("refused");
}

function help() {
  const shown = document.createElement("dialog"), list = document.createElement("dl");
  shown.setAttribute("aria-labelledby", "keys");
  const title = Object.assign(document.createElement("h2"), { id: "keys", textContent: "Keys" });
  for (const [key, does] of KEYS) {
    const named = document.createElement("dt");
    named.append(Object.assign(document.createElement("kbd"), { textContent: key }));
    list.append(named, Object.assign(document.createElement("dd"), { textContent: does }));
  }
  const close = Object.assign(document.createElement("button"), { textContent: "Close", autofocus: true });
  close.addEventListener("click", () => shown.close());
  shown.addEventListener("close", () => shown.remove());
  shown.append(title, list, close);
  document.body.append(shown);
  shown.showModal();
}

const ACTIONS = {
  "/": () => { box.focus(); box.select(); },
  "j": () => step(1),
  "k": () => step(-1),
  "o": () => current()?.querySelector("h3 a")?.click(),
  "y": () => copyBibtex((current() ?? document.querySelector("article.paper"))?.dataset.paper),
  "?": help,
};

document.addEventListener("keydown", (event) => {
  const writing = event.target.closest("input:not([type=checkbox]), textarea, select");
  if (event.key === "Escape" && event.target === box) return escape(event);
  if (writing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.key === "Escape") return document.activeElement?.blur();
  if (Object.hasOwn(ACTIONS, event.key)) {
    event.preventDefault();
    ACTIONS[event.key]();
  }
});

// Out of the box, with what was typed still in it.
function escape(event) {
  event.preventDefault();
  clearTimeout(waiting);
  box.blur();
  main.focus({ preventScroll: true });
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-copy]")) copyText(document.getElementById("bibtex").textContent);
});
