// What a script adds to pages that work without it: keys, times of the reader, news, and the progress of jobs.
"use strict";
(() => {
  const one = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const prefix = document.body.dataset.prefix || "";

  // Times in the zone of the reader.
  if (document.documentElement.dataset.times === "local") {
    const two = (number) => String(number).padStart(2, "0");
    for (const time of all("time[datetime]")) {
      const at = new Date(time.dateTime);
      if (Number.isNaN(at.getTime())) continue;
      const day = `${two(at.getMonth() + 1)}-${two(at.getDate())}`, clock = `${two(at.getHours())}:${two(at.getMinutes())}`;
      time.textContent = "short" in time.dataset ? `${day} ${clock}` : `${at.getFullYear()}-${day} ${clock}:${two(at.getSeconds())}`;
    }
  }

  // One menu is open at a time; Escape closes it.
  const menus = all("details.pop");
  for (const menu of menus) {
    menu.addEventListener("toggle", () => {
      if (!menu.open) return;
      for (const other of menus) if (other !== menu) other.open = false;
    });
    // Enter in a field presses the button beside it, not the first of the form.
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
      const button = one("button", event.target.closest("label")?.nextElementSibling || menu) || one("button", menu);
      if (button) { event.preventDefault(); button.click(); }
    });
  }
  document.addEventListener("click", (event) => { for (const menu of menus) if (menu.open && !menu.contains(event.target)) menu.open = false; });

  // The inbox: choosing, and a place that the keys move.
  const inbox = one("#inbox"), incident = one("#incident"), keys = one("#keys");
  const rows = inbox ? all("tbody tr", inbox) : [];
  const box = (row) => one("input[name=id]", row);
  const every = one("#all");
  for (const hidden of all(".needs-script")) hidden.hidden = false;
  if (every) every.addEventListener("change", () => { for (const row of rows) if (box(row)) box(row).checked = every.checked; });
  let place = -1;
  const go = (to) => {
    if (!rows.length) return;
    rows[place]?.classList.remove("at");
    place = Math.max(0, Math.min(rows.length - 1, to));
    rows[place].classList.add("at");
    one("th a", rows[place]).focus({ preventScroll: true });
    rows[place].scrollIntoView({ block: "nearest" });
  };
  for (const [number, row] of rows.entries()) row.addEventListener("focusin", () => { rows[place]?.classList.remove("at"); place = number; row.classList.add("at"); });
  // What a key does, it does to those that are chosen, or else to the one where it is.
  const chosen = () => {
    if (incident) return true;
    if (rows.some((row) => box(row)?.checked)) return true;
    if (place < 0 || !box(rows[place])) return false;
    box(rows[place]).checked = true;
    return true;
  };
  const press = (action) => { const button = one(`button[value=${action}]`, incident || inbox || document); if (button && chosen()) button.click(); };
  const open = (id) => {
    const menu = one(`#${id}`);
    if (!menu || !chosen()) return;
    menu.open = true;
    one("select, input", menu)?.focus();
  };
  const does = {
    j: () => go(place + 1),
    k: () => go(place - 1),
    x: () => { if (place >= 0 && box(rows[place])) box(rows[place]).checked = !box(rows[place]).checked; },
    a: () => { if (every) every.click(); },
    o: () => { if (place >= 0) one("th a", rows[place]).click(); },
    e: () => press("acknowledge"),
    r: () => press("reopen"),
    s: () => open("snooze"),
    c: () => open("close"),
    u: () => one("#undo")?.click(),
    "/": () => one("#q, input[type=search]")?.focus(),
    "?": () => keys?.showModal(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const menu = menus.find((menu) => menu.open);
      if (menu) { menu.open = false; one("summary", menu).focus(); } else if (event.target.matches("input, select, textarea")) event.target.blur();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || keys?.open || event.target.matches("input:not([type=checkbox]), select, textarea")) return;
    const action = does[event.key];
    if (action) { event.preventDefault(); action(); }
  });

  // News: that the list has changed is said; it stays as it is until the reader wants it.
  const news = one("#news");
  if (news && window.EventSource) {
    const stream = new EventSource(`${prefix}/api/v1/changes`);
    let first = null;
    stream.addEventListener("change", (event) => {
      if (first === null) first = event.data;
      else if (first !== event.data) news.hidden = false;
    });
    addEventListener("pagehide", () => stream.close());
  }

  // The progress of a job; when it has ended, the page says how.
  const job = one("[data-job]");
  if (job && window.EventSource) {
    const stream = new EventSource(job.dataset.job);
    stream.addEventListener("job", (event) => {
      const { status, step } = JSON.parse(event.data);
      const bar = one("progress", job), words = one("[data-words]", job);
      if (bar && step?.total) { bar.max = step.total; bar.value = step.done; }
      if (words && step) words.textContent = [step.what, step.total ? `${step.done} of ${step.total} ${step.unit}` : "", step.last].filter(Boolean).join(", ");
      if (status !== "running") { stream.close(); location.reload(); }
    });
    addEventListener("pagehide", () => stream.close());
  }
})();
