// What a reader could not read on this page: an array of sentences, empty where all is well.
(() => {
  const faults = [];
  const width = document.documentElement.clientWidth;
  const name = (el) => `${el.tagName.toLowerCase()} "${el.textContent.trim().replace(/\s+/g, " ").slice(0, 40)}"`;
  const isShown = (el) => {
    const box = el.getBoundingClientRect();
    return box.width > 0 && box.height > 0 && getComputedStyle(el).visibility !== "hidden";
  };
  const scrolls = (el) => {
    for (let up = el; up && up !== document.body; up = up.parentElement) {
      if (["auto", "scroll"].includes(getComputedStyle(up).overflowX)) return true;
    }
    return false;
  };

  if (document.documentElement.scrollWidth > width) {
    faults.push(`the page is ${document.documentElement.scrollWidth} pixels wide, the window ${width}`);
  }
  const page = document.querySelector("article");
  for (const el of page.querySelectorAll("h1, h2, h3, h4, p, li, td, th, pre, img, table, div")) {
    if (!isShown(el)) continue;
    const box = el.getBoundingClientRect();
    if (box.right > width + 1 && !scrolls(el)) faults.push(`${name(el)} ends at ${box.right}`);
  }
  // Code stays within its frame, unless it has columns, and away from the button that copies it.
  for (const el of page.querySelectorAll("pre > code")) {
    if (!isShown(el) || el.closest(".wide")) continue;
    if (el.scrollWidth > el.clientWidth + 1) faults.push(`${name(el)} goes beyond its frame`);
    const button = el.parentElement.querySelector("button");
    const inside = document.createRange();
    inside.selectNodeContents(el);
    const rows = [...inside.getClientRects()];
    const box = button && button.getBoundingClientRect();
    if (box && rows.some((row) => row.right > box.left && row.top < box.bottom && row.bottom > box.top)) {
      faults.push(`${name(el)} ends under its button`);
    }
  }
  for (const el of page.querySelectorAll("td, th, p, li")) {
    const text = el.innerText.trim();
    if (!isShown(el) || text.length < 8) continue;
    const size = parseFloat(getComputedStyle(el).fontSize);
    const letters = el.getBoundingClientRect().width / (size * 0.5);
    const longest = Math.max(...text.split(/\s+/).map((word) => word.length));
    if (letters < Math.min(8, longest)) faults.push(`${name(el)} has room for ${letters} letters a line`);
    if (size < 9) faults.push(`${name(el)} is ${size} pixels high`);
  }

  // Contrast, by the rule of WCAG 2, of every piece of text against what lies behind it.
  const parts = (color) => {
    const found = color.match(/[\d.]+/g).map(Number);
    const scale = color.startsWith("color(") ? 255 : 1;
    return [found[0] * scale, found[1] * scale, found[2] * scale, found[3] ?? 1];
  };
  const over = (top, below) => [0, 1, 2].map((k) => top[k] * top[3] + below[k] * (1 - top[3])).concat(1);
  const behind = (el) => {
    const layers = [];
    for (let up = el; up; up = up.parentElement) {
      const color = parts(getComputedStyle(up).backgroundColor);
      if (color[3] > 0) layers.push(color);
      if (color[3] === 1) break;
    }
    return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 1]);
  };
  const light = (color) => {
    const linear = color.slice(0, 3).map((c) => (c / 255 <= 0.03928 ? c / 3294.6 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  };
  const walker = document.createTreeWalker(page, NodeFilter.SHOW_TEXT);
  const seen = new Set();
  while (walker.nextNode()) {
    const el = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || seen.has(el) || !isShown(el)) continue;
    seen.add(el);
    if (el.closest("style, script, .headerlink, svg, button") || getComputedStyle(el).opacity < 1) continue;
    const below = behind(el);
    const pair = [light(over(parts(getComputedStyle(el).color), below)), light(below)].sort((a, b) => b - a);
    const contrast = (pair[0] + 0.05) / (pair[1] + 0.05);
    if (contrast < 4) faults.push(`${name(el)} has a contrast of ${contrast.toFixed(1)}`);
  }
  return faults;
})()
