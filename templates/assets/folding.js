// Sections of a page fold behind a button in their heading. Without scripts everything is open.
(() => {
  /** The elements from a heading down to the next one of its level or above. */
  function below(heading) {
    const found = [];
    let next = heading.nextElementSibling;
    while (next && !(/^H[12]$/.test(next.tagName) || next.matches(".lb-around"))) {
      found.push(next);
      next = next.nextElementSibling;
    }
    return found;
  }

  /** Folds or unfolds what is below a heading. A find in the page unfolds it by itself. */
  function set(button, open) {
    button.setAttribute("aria-expanded", String(open));
    button.textContent = open ? "\u2212" : "+";
    const body = document.getElementById(button.getAttribute("aria-controls"));
    if (open) body.removeAttribute("hidden");
    else body.setAttribute("hidden", "until-found");
  }

  /** Puts the button into a heading, and what is below it into an element of its own. */
  function foldable(heading) {
    const content = below(heading);
    if (!content.length) return null;
    const body = document.createElement("div");
    body.id = `${heading.id}-section`;
    body.className = "lb-section";
    heading.after(body);
    body.append(...content);
    const button = document.createElement("button");
    button.type = "button";
    button.className = "lb-fold-button";
    const title = (heading.firstChild.textContent || "").trim();
    button.setAttribute("aria-label", `Section ${title}`);
    button.setAttribute("aria-controls", body.id);
    button.addEventListener("click", () => set(button, body.hasAttribute("hidden")));
    body.addEventListener("beforematch", () => set(button, true));
    heading.append(button);
    set(button, true);
    return button;
  }

  /** The id that an address names; an address may be written by anybody. */
  function named(hash) {
    try {
      return decodeURIComponent(hash);
    } catch {
      return "";
    }
  }

  /** Unfolds whatever the address leads into. */
  function reveal() {
    const target = document.getElementById(named(location.hash.slice(1)));
    if (!target) return;
    for (let at = target; at; at = at.parentElement) {
      if (at.tagName === "DETAILS") at.open = true;
      if (at.hasAttribute("hidden") && at.classList.contains("lb-section")) {
        set(document.querySelector(`[aria-controls="${at.id}"]`), true);
      }
    }
    target.scrollIntoView();
  }

  function start() {
    const article = document.querySelector("article.md-content__inner");
    if (!article || article.dataset.folding) return;
    article.dataset.folding = "on";
    const headings = [...article.querySelectorAll(":scope > h2[id]")];
    if (headings.length > 1) {
      const buttons = headings.map(foldable).filter(Boolean);
      const all = document.createElement("button");
      all.type = "button";
      const name = () => {
        const open = buttons.some((b) => b.getAttribute("aria-expanded") === "true");
        all.textContent = open ? "Fold all sections" : "Unfold all sections";
        return open;
      };
      all.addEventListener("click", () => {
        const open = name();
        buttons.forEach((button) => set(button, !open));
        name();
      });
      article.addEventListener("click", name);
      name();
      const line = document.createElement("p");
      line.className = "lb-fold-all";
      line.append(all);
      headings[0].before(line);
    }
    reveal();
  }

  addEventListener("hashchange", reveal);
  addEventListener("beforeprint", () => {
    for (const folded of document.querySelectorAll("details.lb-fold:not([open])")) {
      folded.open = true;
      folded.dataset.printed = "";
    }
    for (const body of document.querySelectorAll(".lb-section[hidden]")) {
      set(document.querySelector(`[aria-controls="${body.id}"]`), true);
    }
  });
  addEventListener("afterprint", () => {
    for (const folded of document.querySelectorAll("details[data-printed]")) {
      folded.open = false;
      delete folded.dataset.printed;
    }
  });
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
