// What makes reading easier where scripts run; every page is whole without it.
"use strict";

// Relative times go on.
const SPANS = [[86400, "day", "days"], [3600, "h", "h"], [60, "min", "min"]];
function ago(seconds) {
  if (seconds < 60) return "just now";
  for (const [size, one, many] of SPANS) {
    if (seconds >= size) {
      const count = Math.floor(seconds / size);
      return `${count} ${count === 1 ? one : many} ago`;
    }
  }
}
function tick() {
  for (const span of document.querySelectorAll("time + .ago")) {
    const then = Date.parse(span.previousElementSibling.dateTime);
    if (!Number.isNaN(then)) span.textContent = ago(Math.max(0, (Date.now() - then) / 1000));
  }
}
setInterval(tick, 30000);

// A choice made by pointer takes effect at once; by keyboard the button does it, since each press of an arrow is a choice.
for (const form of document.querySelectorAll("form[data-filters]")) {
  let pointed = false;
  form.addEventListener("pointerdown", () => { pointed = true; });
  form.addEventListener("keydown", () => { pointed = false; });
  form.addEventListener("change", () => { if (pointed) form.requestSubmit(); });
}

// j and k go along a list of articles from the headline that has the focus; anywhere else they do nothing, since whoever
// dictates says them without meaning them (WCAG 2.1.4).
for (const list of document.querySelectorAll(".wire, .tellings")) {
  list.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !["j", "k"].includes(event.key)) return;
    const links = [...list.querySelectorAll("h2 a")];
    const here = links.indexOf(document.activeElement);
    const next = links[here + (event.key === "j" ? 1 : -1)];
    if (here >= 0 && next) { next.focus(); next.scrollIntoView({ block: "nearest" }); }
  });
}

// The wire: asks what has come since its last change. At the top of the page it is put in by itself; further down, or while
// something in the list has the focus, a link says so, and nothing moves under the reader.
const fresh = document.querySelector("[data-news]");
if (fresh) {
  const list = document.querySelector("[data-wire]");
  const link = fresh.querySelector("[data-look]");
  const told = fresh.querySelector("[data-told]");
  const plain = link.textContent;
  const names = { first: "new", update: "updated", correction: "corrected", withdrawal: "withdrawn", refile: "refiled", repeat: "repeated", minor: "edited", return: "back" };
  const box = () => document.querySelector("aside[aria-labelledby=notices]");
  let asking = false, live = true;

  function said(news) {
    if (news.rewound) return "The database is an older copy now";
    const kinds = Object.entries(news.kinds).map(([kind, count]) => `${count} ${names[kind] || kind}`);
    return kinds.length ? kinds.join(", ") : `${news.notices} corrected or withdrawn`;
  }
  const mayMove = () => window.scrollY < 40 && !String(window.getSelection())
    && ![list, box()].some((part) => part && part.contains(document.activeElement));

  // The box of corrections and the link to it are there where there are any.
  function replace(selector, page, parent, place) {
    const old = document.querySelector(selector), now = page.querySelector(selector);
    if (old && now) old.replaceWith(now);
    else if (old) old.remove();
    else if (now) parent[place](now);
  }

  async function take(words) {
    const answer = await fetch(link.href, { headers: { accept: "text/html" } });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const newList = page.querySelector("[data-wire]");
    const newFresh = page.querySelector("[data-news]");
    if (!newList || !newFresh) return;
    const known = new Set([...list.children].map((item) => `${item.dataset.id}.${item.dataset.revision}`));
    for (const item of newList.children) {
      if (item.dataset.id && !known.has(`${item.dataset.id}.${item.dataset.revision}`)) item.classList.add("is-new");
    }
    list.replaceChildren(...newList.children);
    replace("aside[aria-labelledby=notices]", page, list.closest(".columns"), "append");
    replace(".list > .jump", page, list.parentElement, "prepend");
    fresh.dataset.news = newFresh.dataset.news;
    link.textContent = plain;
    link.classList.remove("waiting");
    told.textContent = words;
    tick();
  }

  async function look() {
    if (asking || document.hidden || !live) return;
    asking = true;
    try {
      const answer = await fetch(fresh.dataset.news);
      if (!answer.ok) { told.textContent = "Cannot be asked just now."; return; }
      const news = await answer.json();
      if (!news.articles && !news.notices && !news.rewound) { if (told.textContent.startsWith("Cannot")) told.textContent = ""; return; }
      if (mayMove()) await take(`${said(news)}.`);
      else {
        link.textContent = `${said(news)}: show`;
        link.classList.add("waiting");
        told.textContent = "";
      }
    } catch (error) {
      told.textContent = "The server does not answer.";
    } finally {
      asking = false;
    }
  }

  link.addEventListener("click", async (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    await take("");
    window.scrollTo({ top: 0 });
  });
  // What moves by itself can be stopped (WCAG 2.2.2); the choice is kept.
  const button = document.createElement("button");
  button.type = "button";
  button.className = "live";
  const turn = (on) => { live = on; button.textContent = `Live: ${on ? "on" : "off"}`; };
  try { turn(localStorage.getItem("live") !== "off"); } catch { turn(true); }
  button.addEventListener("click", () => {
    turn(!live);
    try { localStorage.setItem("live", live ? "on" : "off"); } catch { /* it holds for this page */ }
    look();
  });
  link.after(" ", button);
  setInterval(look, Number(fresh.dataset.every || 15) * 1000);
  document.addEventListener("visibilitychange", look);
}
