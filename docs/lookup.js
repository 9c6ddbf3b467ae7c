// The page "Look up": draw what a subscript selects. docs/selections.js evaluates the tensor dialect;
// tools/lookup.py computed what R, NumPy and R's own dialect give for some subscripts.
(() => {
  const arrays = window.pybridgeLookUp;
  const { pybridgeSelect: select, pybridgeSubscripts: subscripts } = window;
  const byId = (name) => document.getElementById(`look-up${name}`);
  const examples = [
    ["2:4", "-1", "0", "9:12", "3:-3", "4:2", "NA:3", "c(3, 1)", "c(-1, -2)", "1:10:3", "c(TRUE, FALSE)"],
    ["2", "2:3, -1", "c(3, 1), c(3, 1)", ", NA:2", "7", "0, 1", "..", "newaxis"],
    ["2, 3, 4", "2", "-1, .., -1", ", c(3, 1), c(5, 1)", ", , 2:6", ", NA:2, -1", "31"],
  ];
  const readers = [
    ["R's own [", (row) => `x[${row.r}]`],
    ["NumPy", (row) => `x[${row.python}]`],
    ["pybridge, tensor dialect", (row) => `x@r[${row.r}]  or  R(x)[${row.python}]`],
    ["pybridge, R's own dialect", (row) => `x@r[${row.r}, dialect = "base"]`],
  ];
  let array = arrays[0];

  const element = (tag, text, attributes = {}) => {
    const node = document.createElement(tag);
    if (text) node.textContent = text;
    Object.entries(attributes).forEach(([name, value]) => node.setAttribute(name, value));
    return node;
  };
  const sizes = (shape) => shape.join(" x ");
  const arrayWords = (shape) => (shape.length > 1 ? `an array of shape ${sizes(shape)}` : `a vector of ${shape[0]} elements`);
  const tight = (text) => text.replace(/\s+/g, "").replace(/^(?:x|v|x@r|R\(x\))?\[(.*)\]$/, "$1");
  const isSame = (row, text) => [row.r, row.python].some((own) => tight(`x[${own}]`) === text);
  const find = (typed) => {
    const bare = typed.replace(/\s+/g, "");
    return array.rows.find((row) => isSame(row, bare)) || array.rows.find((row) => isSame(row, tight(bare)));
  };

  // One table for each matrix along the last two axes.
  const drawing = (selected) => {
    const columns = array.shape[array.shape.length - 1];
    const rows = array.shape.length > 1 ? array.shape[array.shape.length - 2] : 1;
    const picture = element("div", "", { class: "grids", "aria-hidden": "true" });
    for (let start = 0; start < array.elements.length; start += rows * columns) {
      const grid = picture.appendChild(element("div", "", { class: "cells", style: `--columns: ${columns}` }));
      for (const value of array.elements.slice(start, start + rows * columns)) {
        grid.append(element("span", String(value), { class: selected.has(value) ? "taken" : "left" }));
      }
    }
    return picture;
  };

  const words = (answer) => {
    if (answer.error) return `An error: ${answer.error}`;
    const values = answer.values.map((value) => (value === null ? "NA" : value)).join(" ");
    const shape = answer.shape.length ? `shape ${sizes(answer.shape)}` : "a single element, without axes";
    return `${values || "Nothing"}; ${shape}.${answer.warning ? ` With a warning: ${answer.warning}` : ""}`;
  };

  const card = ([reader, code], answer, row) => {
    const section = element("section", "", { class: answer.error ? "stopped" : "" });
    section.append(element("h2", reader), element("code", code(row)));
    section.append(drawing(new Set(answer.values)), element("p", words(answer)));
    return section;
  };

  const button = (text) => {
    const node = element("button", text, { type: "button" });
    node.addEventListener("click", () => show(text));
    return node;
  };

  const near = (typed) => {
    const text = tight(typed);
    const score = (row) => {
      let same = 0;
      while (same < text.length && tight(row.r)[same] === text[same]) same += 1;
      return same - Math.abs(tight(row.r).length - text.length) / 10;
    };
    return [...array.rows].sort((a, b) => score(b) - score(a)).slice(0, 5);
  };

  // The text between the brackets, as R spells it: x@r[2:4] is 2:4.
  const inside = (typed) => typed.trim().replace(/^(?:[\p{L}.][\w.]*(?:@r)?|R\([\p{L}.][\w.]*\))\s*\[([^]*)\]$/u, "$1");

  // What the tensor dialect gives, evaluated here.
  const evaluated = (text) => {
    try {
      const { shape, indices, python } = select(text, array.shape);
      return { shape, values: indices.map((index) => array.elements[index]), python, error: "" };
    } catch (fault) {
      if (!(fault instanceof subscripts.Fault)) throw fault;
      return { shape: [], values: [], error: fault.message, beyond: fault.beyond };
    }
  };
  const own = (text, answer) => {
    const section = card(["pybridge, tensor dialect", () => `x@r[${text}]  or  R(x)["${text}"]`], answer);
    if (!answer.error) {
      const line = element("p", "In NumPy, counted from zero: ");
      line.append(element("code", answer.python, { class: "equivalent" }));
      section.append(line);
    }
    return section;
  };

  const show = (typed) => {
    byId("-text").value = typed;
    const row = find(typed);
    const text = row ? row.r : inside(typed);
    const answer = evaluated(text);
    byId("-results").replaceChildren();
    if (answer.beyond) {
      byId("-status").textContent = `Not evaluated: ${answer.error}.`;
      return;
    }
    history.replaceState(null, "", `#${encodeURIComponent(`${sizes(array.shape)}|${typed}`)}`);
    if (!row) {
      const words = `x@r[${text}] on ${arrayWords(array.shape)}. R's own [ and NumPy are shown for ${array.rows.length} subscripts, such as `;
      byId("-status").replaceChildren(words, ...near(typed).map((other) => button(other.r || ":")));
      byId("-results").append(own(text, answer));
      return;
    }
    byId("-status").textContent = `x[${row.r}] on ${arrayWords(array.shape)}:`;
    const [base, numpy, , loose] = readers.map((reader, k) => card(reader, row.answers[k], row));
    const tensor = own(text, answer);
    tensor.querySelector("code").textContent = readers[2][1](row);
    byId("-results").append(base, numpy, tensor, loose);
    if (row.explained) {
      const explained = element("section", "", { class: "explained" });
      explained.append(element("h2", "explain()"), element("pre", row.explained, { tabindex: "0" }));
      byId("-results").append(explained);
    }
  };

  const choose = (k) => {
    array = arrays[k];
    byId("-list").replaceChildren(...array.rows.map((row) => element("option", "", { value: row.r || ":" })));
    byId("-examples").replaceChildren(...examples[k].map(button));
  };

  arrays.forEach(({ shape }, k) => {
    const label = element("label");
    const radio = element("input", "", { type: "radio", name: "array", value: k });
    radio.addEventListener("change", () => {
      choose(k);
      show(examples[k][0]);
    });
    label.append(radio, ` ${sizes(shape)}`);
    byId("-arrays").append(label);
  });
  byId("-text").addEventListener("input", (event) => show(event.target.value));
  byId("").addEventListener("submit", (event) => event.preventDefault());

  const [shape, text] = decodeURIComponent(location.hash.slice(1)).split("|");
  const first = arrays.findIndex((each) => sizes(each.shape) === shape);
  byId("-arrays").querySelectorAll("input")[Math.max(first, 0)].checked = true;
  choose(Math.max(first, 0));
  byId("").hidden = false;
  show(first < 0 ? examples[0][0] : text);
})();
