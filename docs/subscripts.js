// Read R's subscript text, as pybridge/subscripts/text.py does: a grammar, and nothing is evaluated.
//
// read("2, NA:3") returns items, each with its `kind`: position, range, vector, mask, names, new,
// rest or all_but. A value is {type, values, dim}: type is number, logical, text or null; NA is null
// in `values`, which are column-major; `dim` is null for a vector. docs/selections.js selects.
window.pybridgeSubscripts = (() => {
  // `beyond` is true where R could read the text, and this page cannot.
  class Fault extends Error {
    constructor(message, beyond = false) {
      super(message);
      this.beyond = beyond;
    }
  }
  const TOKEN = new RegExp(
    [
      String.raw`(?<space>\s+)|(?<number>(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)L?)(?<more>[\w.])?`,
      String.raw`(?<name>(?:\p{L}|\.(?!\d))[\p{L}\d_.]*)(?<label>\s*=(?!=))?`,
      String.raw`(?<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?<sign>%\/%|%%|\*\*|[-+*\/^:(),=])|(?<other>.)`,
    ].join("|"),
    "suy",
  );
  const OPERATORS = ["+", "-", "*", "/", "^", "**", "%%", "%/%", ":"];
  const MOST = 100_000; // entries of a vector; more would stop the page
  const HINTS = {
    T: "`T` is a variable in R; write TRUE",
    F: "`F` is a variable in R; write FALSE",
    True: "R writes TRUE and FALSE",
    False: "R writes TRUE and FALSE",
    None: "R writes NULL or newaxis for a new axis, and nothing for a whole axis",
    "...": "write `..` for all the axes that are not named",
    drop: "`drop` is an argument, and this page evaluates subscripts alone",
    "[": "a vector is written c(...)",
    "]": "give the part between the brackets, without them",
    "!": "write the logicals themselves",
    "#": "text holds no comments",
    "\u2212": "this is a typographic minus or dash; write -",
    "\u2013": "this is a typographic minus or dash; write -",
  };
  const number = (values, dim = null) => ({ type: "number", values, dim });
  const NULL = { type: "null", values: [], dim: null };
  const CONSTANTS = {
    TRUE: { type: "logical", values: [true], dim: null },
    FALSE: { type: "logical", values: [false], dim: null },
    NA: { type: "logical", values: [null], dim: null },
    NA_integer_: number([null]),
    NA_real_: number([null]),
    NaN: number([null]),
    Inf: number([Infinity]),
    NULL,
  };
  const isNumeric = (value) => value.type === "number" || value.type === "logical";
  const isScalar = (value) => value.dim === null && value.values.length === 1;

  const tokens = (text) => {
    const found = [];
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < text.length) {
      const { 0: all, groups } = TOKEN.exec(text);
      if (groups.more) throw new Fault(`the number \`${groups.number}\` runs on into a word`);
      if (groups.other) {
        const hint = HINTS[all] ? `; ${HINTS[all]}` : "";
        throw new Fault(`\`${all}\` is not part of subscript text${hint}`, "!<>&|$@~?".includes(all));
      }
      if (!groups.space) found.push({ text: all, ...groups });
    }
    return [...found, { text: "" }];
  };

  const progression = (first, by, count) => {
    if (!(count <= MOST)) throw new Fault(`more than ${MOST} positions; use a range`, true);
    return number(Array.from({ length: count }, (_, k) => first + k * by));
  };
  const one = (value, what) => {
    if (!isNumeric(value) || value.values.length !== 1) throw new Fault(`${what} is one number`);
    if (value.values[0] === null) throw new Fault(`${what} is a number, not NA`);
    return Number(value.values[0]);
  };
  const whole = (value, what) => {
    const size = one(value, what);
    if (!(size >= 0 && size % 1 === 0)) throw new Fault(`${what} is a whole number, 0 or more`);
    return size;
  };
  const colon = (first, last) => {
    if (!Number.isFinite(first - last)) throw new Fault("a sequence has finite ends");
    return progression(first, first <= last ? 1 : -1, Math.floor(Math.abs(last - first) + 2 ** -23) + 1);
  };
  const joined = (pieces) => {
    const given = pieces.filter((piece) => piece.type !== "null");
    if (!given.length) return NULL;
    const types = new Set(given.map((piece) => piece.type));
    const type = ["text", "number", "logical"].find((each) => types.has(each));
    if (type === "text" && types.size > 1) throw new Fault("c() in text holds names or numbers, not both");
    const as = type === "number" ? (entry) => (entry === null ? null : Number(entry)) : (entry) => entry;
    return { type, values: given.flatMap((piece) => piece.values).map(as), dim: null };
  };
  const shaped = (data, dim) => {
    const count = dim.reduce((product, size) => product * size, 1);
    if (!isNumeric(data)) throw new Fault("a matrix or an array in text needs numbers or logicals");
    if (count !== data.values.length) throw new Fault(`${dim.join(" x ")} holds ${count} entries and gets ${data.values.length}`);
    return { ...data, dim };
  };
  const sequence = ({ from, to, by }) => {
    if (from && !to && !by) return from.values.length === 1 ? colon(1, one(from, "`from` in seq()")) : progression(1, 1, from.values.length);
    const [first, last, step] = [[from, "from"], [to, "to"], [by, "by"]].map(
      ([value, name]) => (value ? one(value, `\`${name}\` in seq()`) : 1),
    );
    if (!by) return colon(first, last);
    if (![first, last, step].every(Number.isFinite)) throw new Fault("the arguments of seq() are finite");
    if (step === 0 && first !== last) throw new Fault("`by` in seq() is not 0");
    const steps = (last - first) / (step || 1);
    if (steps < 0) throw new Fault("wrong sign in `by` of seq(): it leads away from `to`");
    const terms = progression(first, step, Math.floor(steps + 1e-10) + 1); // R's tolerance
    return number(terms.values.map((term) => (step > 0 ? Math.min(term, last) : Math.max(term, last))));
  };
  const matrix = ({ data = NULL, nrow, ncol, byrow }) => {
    const isByRow = byrow ? one(byrow, "`byrow`") !== 0 : false;
    const count = data.values.length;
    let [rows, columns] = [nrow && whole(nrow, "`nrow`"), ncol && whole(ncol, "`ncol`")];
    columns ??= rows === undefined ? 1 : Math.ceil(count / (rows || 1));
    rows ??= Math.ceil(count / (columns || 1));
    const made = shaped(data, [rows, columns]);
    const at = (k) => (isByRow ? (k % rows) * columns + Math.floor(k / rows) : k);
    return { ...made, values: made.values.map((_, k) => made.values[at(k)]) };
  };
  const array = ({ data = NULL, dim }) => {
    const sizes = dim ? dim.values.map((size) => whole(number([size]), "each size in `dim`")) : [data.values.length];
    return shaped(data, sizes);
  };
  const repeated = (entry) => ({ length, "length.out": out }) => {
    const count = length || out ? whole(length || out, "a length") : 0;
    if (count > MOST) throw new Fault(`more than ${MOST} entries`, true);
    const type = { boolean: "logical", string: "text", number: "number" }[typeof entry];
    return { type, values: Array(count).fill(entry), dim: null };
  };
  // Each function with the names of its arguments; c() has any number without names.
  const FUNCTIONS = {
    c: [(given) => joined(Object.values(given)), []],
    seq: [sequence, ["from", "to", "by"]],
    seq_len: [(given) => progression(1, 1, whole(given["length.out"] ?? NULL, "a length")), ["length.out"]],
    matrix: [matrix, ["data", "nrow", "ncol", "byrow"]],
    array: [array, ["data", "dim"]],
    integer: [repeated(0), ["length"]],
    numeric: [repeated(0), ["length"]],
    logical: [repeated(false), ["length"]],
    character: [repeated(""), ["length"]],
  };
  const called = (name, parts) => {
    const [make, formals] = FUNCTIONS[name];
    const given = {};
    for (const [label, value] of parts.filter(([label]) => label)) {
      if (!formals.includes(label)) {
        throw new Fault(`${name}() takes ${formals.join(", ") || "no names"} here, not \`${label}\``, true);
      }
      if (label in given) throw new Fault(`${name}() has \`${label}\` twice`);
      given[label] = value;
    }
    const free = (formals.length ? formals : parts.map((_, k) => `part ${k}`)).filter((formal) => !(formal in given));
    for (const [, value] of parts.filter(([label]) => !label)) {
      if (!free.length) throw new Fault(`${name}() takes ${formals.join(", ")} here and no more`, true);
      given[free.shift()] = value;
    }
    return make(given);
  };

  // The subscript that a value of R is.
  const subscript = (value) => {
    if (value.type === "null") return { kind: "new" };
    if (value.type === "text") return { kind: "names", ...value };
    if (value.type === "logical") return { kind: "mask", ...value, dim: value.dim ?? [value.values.length] };
    if (isScalar(value)) return { kind: "position", value: value.values[0] };
    return { kind: "vector", ...value, dim: value.dim ?? [value.values.length] };
  };

  class Reader {
    constructor(text) {
      this.left = tokens(text);
      this.depth = 0;
    }
    get next() {
      return this.left[0].text;
    }
    take() {
      return this.left.shift();
    }
    items() {
      const items = [this.item()];
      while (this.next === ",") {
        this.take();
        items.push(this.item());
      }
      if (this.next) throw this.unexpected("a comma or an operator");
      return items;
    }
    unexpected(wanted) {
      const [{ text, name }] = this.left;
      if (HINTS[name]) return new Fault(HINTS[name], name === "drop");
      if (!text) return new Fault(`the text ends where ${wanted} is missing`);
      return new Fault(text === ")" && !this.depth ? "`)` closes nothing" : `\`${text.trim()}\` is where ${wanted} should be`);
    }
    // A subscript of the text, or a part of all_but().
    item(isPart = false) {
      const first = this.next;
      if (isPart && [",", ")"].includes(first)) throw new Fault("this part of all_but() is empty");
      if (!isPart && ["", ","].includes(first)) return { kind: "range", bounds: [] };
      if (!isPart && ["..", "newaxis"].includes(first)) {
        this.take();
        return { kind: first === ".." ? "rest" : "new" };
      }
      if (first === "all_but" && this.left[1].text === "(") {
        this.take();
        const parts = this.listed(() => this.item(true));
        if (OPERATORS.includes(this.next)) throw new Fault("`all_but()` is a subscript of its own, not a part of one");
        return { kind: "all_but", parts };
      }
      const ahead = this.left.slice();
      const values = this.joinedByColons();
      if (values.length > 1) {
        if (!values.every((value) => isScalar(value) && (value.type === "number" || value.values[0] === null))) {
          throw new Fault("a bound of a range is one number or NA");
        }
        return { kind: "range", bounds: values.map((value) => value.values[0]) };
      }
      const read = subscript(values[0]);
      const written = ahead.slice(0, ahead.length - this.left.length).map(({ text }) => text).join("");
      // before a call or a range in parentheses: R leaves out what these give, however many
      if (!/^\(*-[-+(]*([A-Za-z_][\w.]*\(|[^"':]*:)/.test(written) || !["position", "vector"].includes(read.kind)) return read;
      const entries = read.kind === "position" ? [read.value] : read.values;
      return { kind: "vector", values: entries, dim: read.dim ?? [entries.length], isNegated: true };
    }
    joinedByColons() {
      const values = [this.operand()];
      while (this.next === ":") {
        this.take();
        if (["", ",", ")", ":"].includes(this.next)) {
          throw new Fault("a bound is missing; an open end is written NA, as in NA:5");
        }
        if (values.length === 3) throw new Fault("a range has a start, an end and a step, and no more");
        values.push(this.operand());
      }
      if (OPERATORS.includes(this.next)) throw new Fault(`this page does no arithmetic, and \`${this.next}\` is; write the value`, true);
      return values;
    }
    // A value, in which `:` is R's own.
    value() {
      const values = this.joinedByColons();
      if (values.length === 1) return values[0];
      if (values.length === 3) throw new Fault("a step belongs to a range that is a subscript; here use seq(from, to, by = step)");
      return colon(...values.map((value) => one(value, "a bound of `:` within other text")));
    }
    operand() {
      if (this.next === ":") throw new Fault("a bound is missing; an open end is written NA, as in NA:5");
      this.depth += 1;
      if (this.depth > 50) throw new Fault("this nests more than 50 deep");
      if (this.next === "(") {
        const [inside] = this.listed(() => this.value(), false);
        this.depth -= 1;
        return inside;
      }
      const isStart = this.depth === 1;
      const token = this.left[0];
      const isValue = token.name || token.string || token.number || ["-", "+"].includes(token.text);
      if (!isValue) throw this.unexpected(isStart ? "a subscript" : "a value");
      this.take();
      let value;
      if (token.name) value = this.named(token.name);
      else if (token.string) value = { type: "text", values: [token.string.slice(1, -1)], dim: null };
      else if (token.number) value = number([Number(token.number.replace("L", ""))]);
      else value = this.signed(token.text === "-" ? -1 : 1, this.operand());
      this.depth -= 1;
      return value;
    }
    signed(sign, value) {
      if (!isNumeric(value)) throw new Fault("arithmetic needs numbers");
      const values = value.values.map((entry) => (entry === null ? null : sign * Number(entry) || 0));
      return number(values, value.dim);
    }
    named(name) {
      const isCall = this.next === "(";
      if (isCall && name in FUNCTIONS) {
        return called(name, this.listed(() => [this.left[0].label && this.take().name, this.value()]));
      }
      if (!isCall && name in CONSTANTS) return CONSTANTS[name];
      if (["..", "newaxis", "all_but"].includes(name)) throw new Fault(`\`${name}\` is a subscript of its own, not a part of one`);
      if (HINTS[name]) throw new Fault(HINTS[name], name === "drop");
      const known = [...Object.keys(FUNCTIONS), "all_but"].join(", ");
      if (isCall) throw new Fault(`this page does not evaluate \`${name}()\`; it has ${known}`, true);
      throw new Fault(`\`${name}\` is a variable, and this page has none; write its value`, true);
    }
    // Parentheses, in which `read` reads each part of a call, or the one value.
    listed(read, isCall = true) {
      this.take();
      const parts = [];
      let isMore = !isCall || this.next !== ")";
      while (isMore) {
        parts.push(read());
        isMore = isCall && this.next === ",";
        if (isMore) this.take();
      }
      if (!this.next) throw new Fault("this parenthesis is never closed");
      if (this.next !== ")") throw this.unexpected("`)`");
      this.take();
      return parts;
    }
  }

  return { Fault, read: (text) => new Reader(text).items() };
})();
