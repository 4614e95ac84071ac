// Comfort only: every page works without. Results as one types, parts of a page exchanged in place, keys, BibTeX copied.
"use strict";

document.documentElement.classList.add("js"); // shows what only a script makes useful; its place is kept, nothing shifts

const box = document.getElementById("q");
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
  const to = new URL(address, location);
  history[to.pathname + to.search === here ? "replaceState" : how]({}, "", to);
  here = to.pathname + to.search;
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

// Every part that can be exchanged is: its links say where the other parts are.
async function swap(link) {
  const address = link.getAttribute("href"), id = link.dataset.swap; // the href of a link in a picture is no text
  const label = link.getAttribute("aria-label") || link.textContent, next = link.rel === "next";
  try {
    const page = await fetched(address);
    if (!page.getElementById(id)) return location.assign(address);
    went(address);
    for (const part of new Set([...document.querySelectorAll("[data-swap]")].map((one) => one.dataset.swap))) put(page, part);
    focusAgain(document.getElementById(id), label, next);
  } catch (error) {
    if (error.name !== "AbortError") location.assign(address);
  }
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-swap]");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  swap(link);
});

// Whoever went on by keyboard finds themselves where they were, or at the beginning of what is new.
function focusAgain(part, label, next) {
  if (part.contains(document.activeElement)) return; // a picture knows better
  const same = [...part.querySelectorAll("a, button")].find((one) => (one.getAttribute("aria-label") || one.textContent) === label);
  if (same && !next) return same.focus({ preventScroll: true });
  const heading = part.querySelector("h2");
  (next && part.querySelector(".row h3 a") || heading)?.focus({ preventScroll: true });
  heading?.scrollIntoView({ block: "nearest" });
}

// What was exchanged is exchanged back; the address says it all, so another page is simply loaded.
window.addEventListener("popstate", async () => {
  if (here === location.pathname + location.search) return; // to another place of the same page
  here = location.pathname + location.search;
  clearTimeout(waiting);
  typing = false;
  try {
    const page = await fetched(location.href);
    put(page, "main");
    box.value = new URL(location.href).searchParams.get("q") ?? "";
  } catch (error) {
    if (error.name !== "AbortError") location.reload();
  }
});

// -- results as one types ----------------------------------------------------------------------------------------------

let waiting, typing = false; // whether the address is already that of what is being typed
function typed() {
  const address = new URL(box.form.action);
  for (const [name, value] of new FormData(box.form)) if (value) address.searchParams.append(name, value);
  answer(address);
}

async function answer(address) {
  try {
    const page = await fetched(address);
    went(address, typing ? "replaceState" : "pushState");
    typing = document.activeElement === box;
    put(page, "main");
    tell(document.querySelector("#main h1")?.textContent ?? "", true);
  } catch (error) {
    if (error.name !== "AbortError") tell("The library does not answer");
  }
}

// Where there is no search page yet, the box waits for Enter: nobody's paper is taken away by a slip of the hand.
if (location.pathname === "/") {
  const soon = () => { clearTimeout(waiting); waiting = setTimeout(typed, 120); };
  box.addEventListener("input", (event) => { if (!event.isComposing) soon(); });
  box.addEventListener("compositionend", soon);
  box.form.addEventListener("submit", () => clearTimeout(waiting));
  box.addEventListener("blur", () => { typing = false; });
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
  const answer = await fetch(path + ".bib").catch(() => undefined);
  if (!answer?.ok) return tell("The library does not answer");
  copyText(await answer.text());
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
  document.getElementById("main").focus({ preventScroll: true });
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-copy]")) copyText(document.getElementById("bibtex").textContent);
});
