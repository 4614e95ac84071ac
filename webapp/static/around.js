// Comfort for the picture of what is around a paper: zoom, drag, and what a node is joined to. All of it is there without.
"use strict";

{
  const STEP = 1.3, NEAREST = 8;
  let opened; // the node whose neighbours were asked for, to find it again in the new picture

  function attach() {
    const picture = document.querySelector(".around .frame > svg");
    if (!picture || picture.classList.contains("live")) return;
    const whole = picture.viewBox.baseVal, { x: left, y: top, width: wide, height: high } = whole;
    const all = [left, top, wide, high];
    picture.classList.add("live");
    picture.tabIndex = 0;
    const frame = picture.parentElement;
    frame.scrollLeft = (frame.scrollWidth - frame.clientWidth) / 2;

    // -- zoom: the viewBox is all there is to it ----------------------------------------------------------------------

    const show = (x, y, width) => {
      width = Math.min(wide, Math.max(wide / NEAREST, width));
      const height = width * high / wide;
      x = Math.min(left + wide - width, Math.max(left, x));
      y = Math.min(top + high - height, Math.max(top, y));
      picture.setAttribute("viewBox", [x, y, width, height].join(" "));
      picture.classList.toggle("near", width < wide);
    };
    const at = (clientX, clientY) => new DOMPoint(clientX, clientY).matrixTransform(picture.getScreenCTM().inverse());
    const zoom = (factor, point = { x: whole.x + whole.width / 2, y: whole.y + whole.height / 2 }) => {
      const width = Math.min(wide, Math.max(wide / NEAREST, whole.width / factor)), kept = width / whole.width;
      show(point.x - (point.x - whole.x) * kept, point.y - (point.y - whole.y) * kept, width);
    };
    const ways = { "+": () => zoom(STEP), "=": () => zoom(STEP), "-": () => zoom(1 / STEP), 0: () => show(...all) };
    picture.addEventListener("keydown", (event) => {
      if (!(event.key in ways) || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      ways[event.key]();
    });
    picture.addEventListener("wheel", (event) => {
      if (!event.ctrlKey) return; // without, the page scrolls
      event.preventDefault();
      zoom(Math.exp(-event.deltaY / 200), at(event.clientX, event.clientY));
    }, { passive: false });
    for (const button of document.querySelectorAll(".around [data-key]")) button.onclick = ways[button.dataset.key];

    // -- one finger or the mouse drags, two fingers zoom --------------------------------------------------------------

    const down = new Map();
    let moved = 0;
    picture.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      if (!down.size) moved = 0;
      down.set(event.pointerId, event);
    });
    picture.addEventListener("pointermove", (event) => {
      const before = down.get(event.pointerId);
      if (!before) return;
      moved += Math.hypot(event.clientX - before.clientX, event.clientY - before.clientY);
      if (moved < 5) return;
      if (!picture.hasPointerCapture(event.pointerId)) picture.setPointerCapture(event.pointerId);
      picture.classList.add("dragged");
      const other = [...down.values()].find((one) => one.pointerId !== event.pointerId);
      const from = at(before.clientX, before.clientY), to = at(event.clientX, event.clientY);
      if (other) {
        const still = at(other.clientX, other.clientY);
        zoom(Math.hypot(to.x - still.x, to.y - still.y) / Math.max(1, Math.hypot(from.x - still.x, from.y - still.y)), still);
      } else show(whole.x + from.x - to.x, whole.y + from.y - to.y, whole.width);
      down.set(event.pointerId, event);
    });
    const up = (event) => {
      down.delete(event.pointerId);
      if (!down.size) picture.classList.remove("dragged");
    };
    for (const name of ["pointerup", "pointercancel"]) picture.addEventListener(name, up);
    picture.addEventListener("dragstart", (event) => event.preventDefault());
    picture.addEventListener("click", (event) => {
      if (moved >= 5) { event.preventDefault(); event.stopPropagation(); }
      moved = 0;
      opened = event.target.closest(".more")?.parentElement.querySelector("a").getAttribute("href");
    }, true);

    // -- what a node is joined to stays, the rest fades ---------------------------------------------------------------

    const nodes = [...picture.querySelectorAll(".node")], edges = [...picture.querySelectorAll(".edge")];
    const hold = (node) => {
      const joined = edges.filter((edge) => node && edge.dataset.ends.split(" ").includes(node.dataset.node));
      const near = new Set(joined.flatMap((edge) => edge.dataset.ends.split(" ")));
      picture.classList.toggle("held", Boolean(node));
      for (const one of nodes) one.classList.toggle("by", one === node || near.has(one.dataset.node));
      for (const edge of edges) edge.classList.toggle("by", joined.includes(edge));
    };
    for (const name of ["pointerover", "focusin"]) picture.addEventListener(name, (event) => hold(event.target.closest(".node")));
    for (const name of ["pointerleave", "focusout"]) picture.addEventListener(name, () => hold(null));
  }

  attach();
  document.addEventListener("kg:swapped", ({ detail }) => {
    if (detail.id === "related") return;
    attach();
    const node = opened && [...document.querySelectorAll(".around .node")].find((one) => one.querySelector("a").getAttribute("href") === opened);
    opened = undefined;
    node?.querySelector(".more")?.focus({ preventScroll: true });
  });
}
