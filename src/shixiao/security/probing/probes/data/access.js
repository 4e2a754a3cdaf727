// What a page is like for whoever has no mouse or sees little. Everything that is given back is plain values;
// elements are known by their place in `listed`.
(() => {
  const NATIVE = "a[href],area[href],button,input:not([type=hidden]),select,textarea,summary,[contenteditable=''],[contenteditable=true]";
  const ROLES = "button,link,checkbox,switch,slider,textbox,searchbox,combobox,spinbutton".split(",").map((r) => `[role=${r}]`).join(",");
  // Reached by arrow keys from the one of them that Tab reaches.
  const ARROWS = ["radio", "tab", "menuitem", "menuitemradio", "menuitemcheckbox", "option", "treeitem", "gridcell"];
  const RAISED = ["SUP", "SUB", "RT", "RP"];
  let listed = [];

  const every = (root, found = []) => {
    for (const el of root.querySelectorAll("*")) {
      found.push(el);
      if (el.shadowRoot) every(el.shadowRoot, found);
    }
    return found;
  };
  const shown = (el) => {
    const box = el.getBoundingClientRect();
    const there = el.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });
    return there && box.width > 1 && box.height > 1 && box.right > 0 && box.bottom + scrollY > 0 && !el.closest("[inert]");
  };
  const path = (el) => {
    const steps = [];
    for (let at = el; at && at.nodeType === 1 && steps.length < 4; at = at.parentElement) {
      const same = at.parentElement ? [...at.parentElement.children].filter((c) => c.tagName === at.tagName) : [];
      const id = /^[\w-]{1,40}$/.test(at.id) ? `#${at.id}` : "";
      const nth = !id && same.length > 1 ? `:nth-of-type(${same.indexOf(at) + 1})` : "";
      steps.unshift(at.tagName.toLowerCase() + id + nth);
      if (id) break;
    }
    return steps.join(">").slice(0, 200);
  };
  const clickable = (el) => el.matches(`${NATIVE},${ROLES}`) || typeof el.onclick === "function";
  // Behind a modal dialog nothing can be reached, by whatever means.
  const controls = () => every(document.querySelector("dialog:modal") || document).filter((el) => {
    if (!clickable(el) || el.matches(":disabled,[aria-disabled=true]") || !shown(el)) return false;
    if (el.matches(`${NATIVE},${ROLES}`)) return true;
    // A handler on something else counts where no real control stands in or around it.
    return el !== document.body && !el.matches("label") && !el.querySelector(`${NATIVE},${ROLES},[tabindex]`) && !(el.parentElement && el.parentElement.closest(`${NATIVE},${ROLES},label`));
  });
  const byArrows = (el) => el.type === "radio" || ARROWS.includes(el.getAttribute("role")) || el.closest("[aria-activedescendant]");
  const twin = (el, all) => el.matches("a[href]") && all.some((o) => o !== el && o.tabIndex >= 0 && o.href === el.href);
  const active = () => {
    let at = document.activeElement;
    while (at && at.shadowRoot && at.shadowRoot.activeElement) at = at.shadowRoot.activeElement;
    return at;
  };
  const words = (el) => `${el.innerText || ""} ${el.getAttribute("aria-label") || ""} ${el.title || ""} ${el.alt || ""} ${el.value || ""} ${[...el.querySelectorAll("img[alt]")].map((i) => i.alt).join(" ")}`.slice(0, 200);
  const paint = (el) => {
    const told = [];
    for (const at of [el, el.parentElement, (el.labels || [])[0]]) {
      for (const part of at ? [null, "::before", "::after"] : []) {
        const s = getComputedStyle(at, part);
        told.push(s.outlineStyle === "none" || parseFloat(s.outlineWidth) === 0 ? "" : s.outline, s.boxShadow, s.border, s.backgroundColor, s.backgroundImage, s.color, s.textDecoration, s.transform, s.opacity, s.content);
      }
    }
    return told.join("|");
  };
  const size = (el) => parseFloat(getComputedStyle(el).fontSize) * (el.currentCSSZoom || 1);
  const inline = (el) => {
    if (!el.matches("a[href]") || !getComputedStyle(el).display.startsWith("inline") || getComputedStyle(el).display !== "inline") return false;
    const around = [...(el.parentElement || el).childNodes].filter((n) => n.nodeType === 3).map((n) => n.data.trim()).join("");
    return around.length > 0;
  };
  const target = (el) => {
    const boxes = [el, ...(el.labels || [])].map((e) => e.getBoundingClientRect()).filter((b) => b.width > 0);
    const w = Math.max(...boxes.map((b) => b.right)) - Math.min(...boxes.map((b) => b.left));
    const h = Math.max(...boxes.map((b) => b.bottom)) - Math.min(...boxes.map((b) => b.top));
    return [Math.round(w), Math.round(h)];
  };

  window.__shixiao = {
    text: () => (document.body ? document.body.innerText.trim().length : 0),
    controls: () => {
      listed = controls();
      return listed.map((el) => ({
        path: path(el),
        tab: el.tabIndex >= 0,
        must: !byArrows(el) && !el.closest("[aria-hidden=true]") && !(el.tabIndex < 0 && twin(el, listed)),
        paint: paint(el),
      }));
    },
    at: () => {
      const el = active();
      return !el || el === document.body || el === document.documentElement ? -2 : listed.indexOf(el);
    },
    paint: (n) => paint(listed[n]),
    still: (n) => shown(listed[n]),
    focus: (n) => listed[n].focus({ focusVisible: true }),
    box: (n) => {
      const b = listed[n].getBoundingClientRect();
      return { x: b.x - 6, y: b.y - 6, width: Math.min(b.width, 600) + 12, height: Math.min(b.height, 400) + 12 };
    },
    leave: () => { const el = active(); if (el && el.blur) el.blur(); },
    // The first clickable thing whose words fit, the shortest words first.
    find: (pattern) => {
      const fits = new RegExp(pattern, "i");
      listed = every(document).filter((el) => clickable(el) && shown(el) && fits.test(words(el)));
      listed.sort((a, b) => words(a).length - words(b).length);
      return listed.slice(0, 20).map((el) => ({ path: path(el), words: words(el).trim(), href: el.href || "" }));
    },
    click: (n) => listed[n].click(),
    sizes: (least) => {
      const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      const add = (el, signs) => { if (signs && shown(el)) found.push([size(el), signs, el]); };
      while (walk.nextNode()) {
        const el = walk.currentNode.parentElement;
        if (el && !RAISED.includes(el.tagName) && !el.closest("script,style,noscript,template,svg,select,sup,sub")) {
          add(el, walk.currentNode.data.replace(/\s/g, "").length);
        }
      }
      for (const el of document.querySelectorAll("input:not([type=hidden]):not([type=checkbox]):not([type=radio]),select,textarea")) {
        add(el, (el.value || el.placeholder || "").replace(/\s/g, "").length);
      }
      found.sort((a, b) => a[0] - b[0]);
      const count = (of) => of.reduce((sum, f) => sum + f[1], 0);
      const small = found.filter((f) => f[0] < least - 0.05);
      // What at least a quarter of the text reaches, headings left out: notes may stay a little behind.
      const body = found.filter((f) => !f[2].closest("h1,h2,h3,h4,h5,h6"));
      let passed = 0, usual = 0;
      for (const f of body) { passed += f[1]; usual = f[0]; if (passed >= 0.75 * count(body)) break; }
      return { signs: count(found), small: count(small), least: found.length ? found[0][0] : 0, usual, place: small.length ? path(small[0][2]) : "" };
    },
    targets: (least) => controls().filter((el) => !inline(el)).map((el) => [path(el), ...target(el)])
      .filter(([, w, h]) => w < least - 0.5 || h < least - 0.5).slice(0, 200),
  };
})();
