// What subscripts select of an array, by the tensor dialect: the rules of pybridge/dialects/tensor.py.
// `select(text, shape)` returns {shape, indices, python}: the shape of the result, the row-major
// indices of its elements from zero, and the same in NumPy. It throws a Fault for an error.
window.pybridgeSelect = (() => {
  const { Fault, read } = window.pybridgeSubscripts;
  const count = (shape) => shape.reduce((product, size) => product * size, 1);
  const upTo = (size) => Array.from({ length: size }, (_, k) => k);

  // ---- Subscripts as R source, for a message -------------------------------------------------------
  const entryText = (entry) => {
    if (entry === null) return "NA";
    if (typeof entry === "boolean") return entry ? "TRUE" : "FALSE";
    return typeof entry === "string" ? `"${entry}"` : String(entry).replace("Infinity", "Inf");
  };
  const listed = (texts) => (texts.length > 12 ? [...texts.slice(0, 11), "...", texts.at(-1)] : texts).join(", ");
  const EMPTY = { mask: "logical(0)", names: "character(0)", vector: "integer(0)" };
  const source = (item) => {
    if (item.kind === "new") return "newaxis";
    if (item.kind === "rest") return "..";
    if (item.kind === "position") return item.value === null ? "NA_integer_" : entryText(item.value);
    if (item.kind === "range") return item.bounds.map(entryText).join(":");
    if (item.kind === "all_but") return `all_but(${item.parts.map(source).join(", ")})`;
    if (item.isNegated) {
      const written = source({ ...item, isNegated: false, values: item.values.map((v) => (v === null ? v : -v)) });
      return `-${item.values.length === 1 && item.dim.length === 1 ? written.replace("array", "c") : written}`;
    }
    const { values } = item;
    const allNA = item.kind === "vector" && values.length && values.every((entry) => entry === null);
    const texts = values.map((entry) => (allNA ? "NA_integer_" : entryText(entry)));
    const vector = values.length ? `c(${listed(texts)})` : EMPTY[item.kind];
    const dim = item.dim ?? [values.length];
    if (values.length === 1 && (item.kind === "mask" || item.dim === null) && dim.length === 1) return texts[0];
    if (dim.length === 1) return values.length === 1 ? `array(${texts[0]})` : vector;
    if (dim.length === 2 && dim[1] > 0) return `matrix(${vector}, ncol = ${dim[1]})`;
    return `array(${vector}, dim = c(${dim.join(", ")}))`;
  };

  // ---- Faults --------------------------------------------------------------------------------------
  const noPosition = (position, axis, text) => {
    if (position === 0) {
      return new Fault(`\`${text}\` on axis ${axis.number}: positions start at 1, so there is no position 0; the first is 1, the last -1`);
    }
    const what = String(position) === text ? `position ${position}` : `\`${text}\`: position ${position}`;
    return new Fault(`${what} is out of bounds: axis ${axis.number} has size ${axis.size}`);
  };
  const notAPosition = (axis) => new Fault(`\`NA\` on axis ${axis.number} is not a position; for an open end write a range such as \`NA:5\``);
  const checkWhole = (value, axis, text) => {
    if (Number.isInteger(value)) return value;
    throw new Fault(`\`${text}\` on axis ${axis.number}: ${entryText(value)} is not a whole number; a position is one`);
  };
  const index = (position, axis, text) => {
    if (position > 0 && position <= axis.size) return position - 1;
    if (position < 0 && position >= -axis.size) return position + axis.size;
    throw noPosition(position, axis, text);
  };

  // ---- One subscript on one axis: {index} or {indices} ------------------------------------------
  const range = (item, axis) => {
    const text = source(item);
    const [start, stop, by] = [0, 1, 2].map((k) => {
      const bound = item.bounds[k] ?? null;
      return bound === null ? null : checkWhole(bound, axis, text);
    });
    if (start === null && stop === null && by === null) return upTo(axis.size);
    const isSigned = start !== null && stop !== null && start * stop > 0;
    const direction = isSigned ? Math.sign(stop - start) : 0;
    const step = by ?? (direction || 1);
    if (step === 0) throw new Fault(`\`${text}\` has step 0; a step moves forward or backward, so write 1 or -1`);
    if (step * direction < 0) {
      const sign = start < stop ? "positive" : "negative";
      throw new Fault(`\`${text}\`: wrong sign in the step; from ${start} to ${stop} the step is ${sign}`);
    }
    if (start === axis.size + 1 && stop === null && step > 0) return [];
    const ends = step > 0 ? [0, axis.size - 1] : [axis.size - 1, 0];
    const first = start === null ? ends[0] : index(start, axis, text);
    const last = stop === null ? ends[1] : index(stop, axis, text);
    const steps = Math.floor((last - first) / step);
    if (steps >= 0) return upTo(steps + 1).map((k) => (k ? first + k * step : first));
    if (start !== null && stop !== null && start < 0 && stop > 0) {
      throw new Fault(
        `\`${text}\` on axis ${axis.number} would select nothing: ${start} counts from the end, so it runs from ` +
          `position ${first + 1} to ${stop}; write \`max(1, ...)\` for a start that may fall below 1`,
      );
    }
    return [];
  };
  const positions = (values, axis, item) => {
    const text = source(item);
    const missing = values.indexOf(null);
    if (missing >= 0) {
      throw new Fault(`entry ${missing + 1} of \`${text}\` on axis ${axis.number} is NA; every entry must be a position`);
    }
    values.forEach((value) => checkWhole(value, axis, text));
    return values.map((value) => index(value, axis, text));
  };
  const holdsNA = (item) => new Fault(`\`${source(item)}\` holds NA; a logical subscript must be TRUE or FALSE everywhere`);
  const mask = (item, axis) => {
    const text = source(item);
    if (item.values.includes(null)) throw item.values.length === 1 ? notAPosition(axis) : holdsNA(item);
    if (item.dim.length !== 1) throw new Fault(`\`${text}\` has ${item.dim.length} axes; on axis ${axis.number} a logical vector is needed`);
    if (item.values.length !== axis.size) {
      throw new Fault(
        `\`${text}\` has length ${item.values.length} and axis ${axis.number} has size ${axis.size}; a logical subscript ` +
          "has one entry for each position, nothing is recycled",
      );
    }
    return upTo(axis.size).filter((k) => item.values[k]);
  };
  const checkSign = (item) => {
    if (!item.isNegated) return;
    const text = source(item);
    throw new Fault(
      `\`${text}\` counts these positions from the end; to leave them out write \`all_but(${text.slice(1)})\`, and to ` +
        "count from the end give each its minus, as in `c(-1, -2)`",
    );
  };
  const vector = (item, axis) => {
    checkSign(item);
    if (item.dim.length === 1) return positions(item.values, axis, item);
    throw new Fault(
      `\`${source(item)}\` has ${item.dim.length} axes; on axis ${axis.number} a vector is needed. A matrix of positions ` +
        "with one column for each axis must be the only subscript",
    );
  };
  const allBut = (item, axis) => {
    for (const part of item.parts.filter(({ kind }) => ["new", "rest"].includes(kind))) {
      throw new Fault(`\`${source(part)}\` is a subscript of its own, not a part of all_but()`);
    }
    const out = new Set(item.parts.flatMap((part) => onAxis(part, axis).indices));
    return upTo(axis.size).filter((k) => !out.has(k));
  };
  const onAxis = (item, axis) => {
    if (item.kind === "position") {
      if (item.value === null) throw notAPosition(axis);
      const at = index(checkWhole(item.value, axis, source(item)), axis, source(item));
      return { indices: [at], isOne: true };
    }
    if (item.kind === "range") return { indices: range(item, axis), isRange: true };
    if (item.kind === "mask") return { indices: mask(item, axis) };
    if (item.kind === "vector") return { indices: vector(item, axis) };
    if (item.kind === "all_but") return { indices: allBut(item, axis) };
    throw new Fault(`\`${source(item)}\` names a position; tensors carry no dimnames, so use its number`);
  };

  // ---- The same in NumPy -------------------------------------------------------------------------
  const asSlice = (indices, size) => {
    if (!indices.length) return "0:0";
    const step = indices.length > 1 ? indices[1] - indices[0] : 1;
    if (step === 0 || indices.some((at, k) => at !== indices[0] + k * step)) return "";
    if (step === 1 && indices.length === size) return ":";
    const stop = indices.at(-1) + Math.sign(step);
    return `${indices[0]}:${stop < 0 ? "" : stop}${step === 1 ? "" : `:${step}`}`;
  };
  const python = (parts) => {
    // Vectors beside numbers or other vectors would be paired, or move an axis, in one pair of brackets.
    const keys = parts.map((part) => (part.isNew ? "np.newaxis" : part.isOne ? String(part.indices[0]) : asSlice(part.indices, part.size)));
    const vectors = parts.filter((_, k) => keys[k] === "");
    const list = ({ indices }) => `[${indices.join(", ")}]`;
    const text = (all) => {
      while (all.length > 1 && all.at(-1) === ":") all.pop();
      return `x[${all.join(", ") || "..."}]`;
    };
    if (vectors.length === 1 && !parts.some((part) => part.isOne)) return text(parts.map((part, k) => keys[k] || list(part)));
    if (vectors.length > 1 && vectors.length === parts.length) return `x[np.ix_(${parts.map(list).join(", ")})]`;
    let axis = 0;
    let takes = "";
    parts.forEach((part, k) => {
      if (keys[k] === "") takes += `.take(${list(part)}, axis=${axis})`;
      axis += part.isOne ? 0 : 1;
    });
    const bare = keys.map((key) => key || ":");
    return (takes && bare.every((key) => key === ":") ? "x" : text(bare)) + takes;
  };

  // ---- All subscripts on all axes ------------------------------------------------------------------
  const expanded = (items, ndim) => {
    const rests = items.filter(({ kind }) => kind === "rest").length;
    const named = items.filter(({ kind }) => !["rest", "new"].includes(kind)).length;
    const text = items.map(source).join(", ");
    if (rests > 1) throw new Fault(`\`${text}\` has more than one \`..\`; only one can cover the other axes`);
    if (named > ndim) throw new Fault(`\`[${text}]\` names ${named} axes; the tensor has ${ndim}`);
    const whole = (size) => Array(size).fill({ kind: "range", bounds: [] });
    const filled = items.flatMap((item) => (item.kind === "rest" ? whole(ndim - named) : [item]));
    return rests ? filled : [...filled, ...whole(ndim - named)];
  };
  // A matrix with one column for each axis, or logicals of the whole shape: the only subscript.
  const alone = (item, shape) => {
    const ndim = shape.length;
    const [rows, columns] = item.dim ?? [];
    if (item.kind === "vector" && item.dim.length === 2) {
      checkSign(item);
      if (columns !== ndim) {
        throw new Fault(`\`${source(item)}\` has ${columns} columns and the tensor ${ndim} axes; a matrix of positions has one column for each axis`);
      }
      const each = shape.map((size, k) => positions(item.values.slice(k * rows, (k + 1) * rows), { size, number: k + 1 }, item));
      const indices = upTo(rows).map((row) => shape.reduce((at, size, k) => at * size + each[k][row], 0));
      return { shape: [rows], indices, python: `x[${each.map((at) => `[${at.join(", ")}]`).join(", ")}]` };
    }
    if (item.kind !== "mask" || item.dim.length < 2) return null;
    if (item.values.includes(null)) throw holdsNA(item);
    if (String(item.dim) !== String(shape)) {
      const tuple = (sizes) => `(${sizes.join(", ")}${sizes.length === 1 ? "," : ""})`;
      throw new Fault(`a logical array of shape ${tuple(item.dim)} does not fit a tensor of shape ${tuple(shape)}; alone it must have the tensor's own shape`);
    }
    const inColumns = (at) => {
      const where = [...shape].reverse().map((size) => [at % size, (at = Math.floor(at / size))][0]).reverse();
      return where.reduceRight((sum, position, k) => sum * shape[k] + position, 0);
    };
    const indices = upTo(count(shape)).filter((at) => item.values[inColumns(at)]);
    return { shape: [indices.length], indices, python: `x.ravel()[[${indices.join(", ")}]]` };
  };

  const select = (text, shape) => {
    const items = read(text);
    const given = expanded(items, shape.length);
    const whole = items.length === 1 ? alone(items[0], shape) : null;
    if (whole) return whole;
    let number = 0;
    const parts = given.map((item) => {
      if (item.kind === "new") return { isNew: true, indices: [0], size: 1 };
      number += 1;
      const axis = { size: shape[number - 1], number };
      return { ...onAxis(item, axis), size: axis.size };
    });
    const named = parts.filter((part) => !part.isNew);
    let indices = [0];
    named.forEach((part) => {
      indices = indices.flatMap((before) => part.indices.map((at) => before * part.size + at));
    });
    const sizes = parts.filter((part) => !part.isOne).map((part) => part.indices.length);
    return { shape: sizes, indices, python: python(parts) };
  };
  return select;
})();
