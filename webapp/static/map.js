// The map of the library, magnified and moved. The page is whole without this: nothing here is needed to read it.
"use strict";

const map = document.querySelector(".map");
if (map) {
  const svg = map.querySelector("svg"), over = map.querySelector(".over"), tools = map.querySelector(".zoom");
  const [WIDTH, HEIGHT] = svg.getAttribute("viewBox").split(" ").slice(2).map(Number);
  const LARGEST = 40, REACH = 9; // times; pixels from which a point is hit
  const colours = map.dataset.palette.split(" ");
  const dots = svg.querySelector(".dots");
  let view = { x: 0, y: 0, k: 1 }; // the corner at the upper left, and how many times the map is magnified
  let points = null, canvas = null, frame = 0, kept = 0;

  // -- what is shown -------------------------------------------------------------------------

  function show(next) {
    const k = Math.min(Math.max(next.k, 1), LARGEST);
    const within = (value, size) => Math.min(Math.max(value, 0), size - size / k);
    view = { x: within(next.x, WIDTH), y: within(next.y, HEIGHT), k };
    frame ||= requestAnimationFrame(draw);
  }

  function draw() {
    frame = 0;
    svg.setAttribute("viewBox", `${view.x} ${view.y} ${WIDTH / view.k} ${HEIGHT / view.k}`);
    svg.style.setProperty("--k", view.k);
    const level = view.k < 2 ? 1 : Math.min(2 ** Math.floor(Math.log2(view.k)), 8); // which names have room
    for (const one of [2, 4, 8]) svg.classList.toggle(`to${one}`, one === level);
    svg.classList.toggle("near", view.k > 1);
    over.hidden = true;
    if (canvas) paint();
    clearTimeout(kept);
    kept = setTimeout(keep, 200);
  }

  function keep() {
    const hash = view.k === 1 ? "" : "#" + [view.k, view.x, view.y].map((value) => +value.toFixed(2)).join(",");
    if (hash !== location.hash) history.replaceState(history.state, "", location.pathname + location.search + hash);
  }

  function restore() {
    const [k, x, y] = location.hash.slice(1).split(",").map(Number);
    show(k >= 1 && Number.isFinite(x + y) ? { k, x, y } : { k: 1, x: 0, y: 0 });
  }

  // Magnify by `factor` around a point of the screen, or around the middle.
  function magnify(factor, at) {
    const box = svg.getBoundingClientRect();
    const [u, v] = at ? [(at.clientX - box.left) / box.width, (at.clientY - box.top) / box.height] : [0.5, 0.5];
    const k = Math.min(Math.max(view.k * factor, 1), LARGEST);
    show({ k, x: view.x + (u * WIDTH) / view.k - (u * WIDTH) / k, y: view.y + (v * HEIGHT) / view.k - (v * HEIGHT) / k });
  }

  const move = (right, down) => show({ k: view.k, x: view.x + right, y: view.y + down });
  const whole = () => show({ k: 1, x: 0, y: 0 });

  // -- a hundred thousand points --------------------------------------------------------------

  // Written into the picture's memory one by one: as drawn shapes they would take ten times as long.
  function paint() {
    const ratio = window.devicePixelRatio || 1, box = svg.getBoundingClientRect();
    const width = Math.round(box.width * ratio), height = Math.round(box.height * ratio);
    if (!width || !height) return;
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const context = canvas.getContext("2d"), picture = context.createImageData(width, height);
    const pixels = new Uint32Array(picture.data.buffer), scale = (width / WIDTH) * view.k;
    const side = Math.max(1, Math.round(ratio * Math.min(0.8 + view.k / 4, 6)));
    const faint = (Math.min(0x50 + 0x14 * view.k, 0xff) << 24) | 0xffffff; // one paper; where two lie it is full
    for (let i = 0; i < points.x.length; i++) {
      const left = ((points.x[i] - view.x) * scale - side / 2) | 0, top = ((points.y[i] - view.y) * scale - side / 2) | 0;
      if (left < 0 || top < 0 || left + side > width || top + side > height) continue;
      for (let row = top * width + left; row < (top + side) * width; row += width)
        for (let at = row; at < row + side; at++) pixels[at] = pixels[at] ? points.ink[i] : points.ink[i] & faint;
    }
    context.putImageData(picture, 0, 0);
  }

  async function load(url) {
    const answer = await fetch(url);
    if (!answer.ok) return;
    const { topics, points: found } = (await answer.json()).result;
    const inks = colours.map((colour) => {
      const [r, g, b] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
      return (0xff << 24) | (b << 16) | (g << 8) | r;
    });
    const hues = found.topic.map((topic) => (topic === null ? colours.length - 1 : topics[topic].colour));
    points = { ids: found.ids, x: Float32Array.from(found.x), y: Float32Array.from(found.y), ink: Uint32Array.from(hues, (hue) => inks[hue]) };
    canvas = document.createElement("canvas");
    canvas.className = dots.getAttribute("class");
    map.prepend(canvas);
    paint();
    dots.remove();
  }

  function nearest(event) {
    if (!points) return -1;
    const box = svg.getBoundingClientRect(), scale = (box.width / WIDTH) * view.k;
    const x = view.x + (event.clientX - box.left) / scale, y = view.y + (event.clientY - box.top) / scale;
    let best = -1, least = (REACH / scale) ** 2;
    for (let i = 0; i < points.x.length; i++) {
      const far = (points.x[i] - x) ** 2 + (points.y[i] - y) ** 2;
      if (far < least) [best, least] = [i, far];
    }
    return best;
  }

  // -- what is under the pointer, or has the focus ----------------------------------------------

  const titles = new Map();
  let asked = 0;

  const address = (id) => `/paper/${id.split("/").map(encodeURIComponent).join("/")}`;

  async function titleOf(id) {
    if (!titles.has(id)) {
      const answer = await fetch(`/api/v1/papers?ids=${encodeURIComponent(id)}`);
      const found = answer.ok ? (await answer.json()).results[0] : null;
      titles.set(id, (found && found.title) || id);
    }
    return titles.get(id);
  }

  function say(text, x, y) {
    const box = map.getBoundingClientRect();
    over.textContent = text;
    over.hidden = !text;
    over.style.left = `${Math.max(0, Math.min(x - box.left + 12, box.width - over.offsetWidth))}px`;
    over.style.top = `${y - box.top + 16 + over.offsetHeight > box.height ? y - box.top - over.offsetHeight - 8 : y - box.top + 16}px`;
  }

  function sayLink(link, at) {
    const box = link.getBoundingClientRect();
    say(link.querySelector("title").textContent, at ? at.clientX : box.right, at ? at.clientY : box.bottom);
  }

  let looks = 0; // a title that comes after the pointer has moved on is not shown
  function look(event) {
    const link = event.target.closest("a");
    const mine = ++looks;
    clearTimeout(asked);
    if (link) return sayLink(link, event);
    const place = nearest(event);
    svg.classList.toggle("found", place >= 0);
    if (place < 0) return void (over.hidden = true);
    const id = points.ids[place];
    if (titles.has(id)) return say(titles.get(id), event.clientX, event.clientY);
    asked = setTimeout(async () => {
      const title = await titleOf(id);
      if (mine === looks) say(title, event.clientX, event.clientY);
    }, 120);
  }

  // -- pointers and keys -----------------------------------------------------------------------

  const held = new Map(); // pointers that are down, by their id
  let dragged = 0;

  svg.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    if (!held.size) dragged = 0;
    held.set(event.pointerId, event);
  });
  addEventListener("pointermove", (event) => {
    const before = held.get(event.pointerId);
    if (!before) return void (svg.contains(event.target) && look(event));
    const [right, down] = [event.clientX - before.clientX, event.clientY - before.clientY];
    dragged += Math.hypot(right, down);
    if (dragged < 4) return;
    const other = [...held.values()].find((one) => one.pointerId !== event.pointerId);
    held.set(event.pointerId, event);
    svg.classList.add("dragged");
    if (other) {
      const apart = (one) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY) || 1;
      magnify(apart(event) / apart(before), { clientX: (event.clientX + other.clientX) / 2, clientY: (event.clientY + other.clientY) / 2 });
    } else {
      const scale = (svg.getBoundingClientRect().width / WIDTH) * view.k;
      move(-right / scale, -down / scale);
    }
  });
  for (const name of ["pointerup", "pointercancel"])
    addEventListener(name, (event) => {
      held.delete(event.pointerId);
      if (!held.size) svg.classList.remove("dragged");
    });
  svg.addEventListener("pointerleave", () => { looks++; clearTimeout(asked); over.hidden = true; });
  svg.addEventListener("click", (event) => {
    if (event.detail && dragged >= 4) return event.preventDefault(); // a key has no detail
    const place = event.target.closest("a") ? -1 : nearest(event);
    if (place >= 0) location.assign(address(points.ids[place]));
  });
  svg.addEventListener("dragstart", (event) => event.preventDefault());
  svg.addEventListener("wheel", (event) => {
    event.preventDefault();
    magnify(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.002)), event);
  }, { passive: false });
  svg.addEventListener("focusin", (event) => event.target.matches("a:focus-visible") && sayLink(event.target));
  svg.addEventListener("focusout", () => { over.hidden = true; });

  const STEP = 60;
  const keys = {
    "+": () => magnify(1.5), "=": () => magnify(1.5), "-": () => magnify(1 / 1.5), 0: whole,
    ArrowLeft: () => move(-STEP / view.k, 0), ArrowRight: () => move(STEP / view.k, 0),
    ArrowUp: () => move(0, -STEP / view.k), ArrowDown: () => move(0, STEP / view.k),
  };
  map.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in keys)) return;
    event.preventDefault();
    keys[event.key]();
  });
  tools.addEventListener("click", (event) => {
    const by = event.target.closest("button")?.dataset.by;
    if (by) +by ? magnify(+by) : whole();
  });

  addEventListener("hashchange", restore);
  addEventListener("resize", () => show(view));
  svg.classList.add("live");
  svg.tabIndex = 0;
  tools.hidden = false;
  restore();
  if (map.dataset.points) load(map.dataset.points);
}
