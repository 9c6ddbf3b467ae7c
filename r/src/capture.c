/* Capture the subscripts of a call such as x@r[1:3, NA:-2, ] in one pass.
 *
 * The parts of a range are evaluated one by one, because R itself cannot evaluate NA:5 or 1:10:2.
 * If every subscript is a whole number, a range or a short vector of them, missing, newaxis or ..,
 * the result is one integer vector without NA, the record, which crosses to Python unchanged:
 *
 *   [options, item, item, ...]     options: 1 drop = FALSE, 2 dialect = "base", 4 order = "F"
 *   item: 0 missing, 1 newaxis, 2 .., [3, position], [8 + bounds, start?, stop?, step?]
 *         bounds: 1 there is a start, 2 a stop, 4 a step
 *         4 the next value, 5 a range of the next three values
 *         [6, length, position, ...] a short vector
 *
 * Otherwise it is list(record, values, options), and R checks the values next. A value behind a minus which
 * R would read as "all but these" is list(value, code, operand, whether axes decide) of class pybridge_negated.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include "pybridge.h"
#include <Rversion.h>

/* Each code once: its name, which R and Python have too, and its number. */
#define EACH_CODE(SAY) \
  SAY(NO_DROP, 1) SAY(BASE, 2) SAY(COLUMN_MAJOR, 4) \
  SAY(MISSING, 0) SAY(NEW_AXIS, 1) SAY(REST, 2) SAY(POSITION, 3) SAY(VALUE, 4) SAY(RANGE_OF_VALUES, 5) \
  SAY(VECTOR, 6) SAY(RANGE, 8) \
  SAY(HAS_START, 1) SAY(HAS_STOP, 2) SAY(HAS_STEP, 4)
#define AS_CONSTANT(name, number) CODE_##name = number, /* R's headers have a MISSING of their own */
#define AS_ENTRY(name, number) {#name, number},

enum { EACH_CODE(AS_CONSTANT) };
static const struct { const char *name; int number; } codes[] = { EACH_CODE(AS_ENTRY) };
enum { MOST_INTS = 512, MOST_INTS_OF_VECTORS = 256, MOST_IN_VECTOR = 64 };

/* ANY_ATTRIB() is new in R 4.5; earlier versions have no function for it that R's manual lists. */
#if R_VERSION < R_Version(4, 5, 0)
#define ANY_ATTRIB(x) (ATTRIB(x) != R_NilValue)
#endif

typedef struct {
  int ints[MOST_INTS];
  int count;
  SEXP holder;     /* list(values, named arguments): two pairlists, the newest first */
} capture;

static void push(capture *state, int number) {
  if (state->count == MOST_INTS) Rf_error("there are too many subscripts");
  state->ints[state->count++] = number;
}

static void add_value(capture *state, SEXP value) {
  SETCAR(state->holder, Rf_cons(value, CAR(state->holder)));
}

static void add_setting(capture *state, SEXP tag, SEXP value) {
  SEXP cell = PROTECT(Rf_cons(value, CADR(state->holder)));
  SET_TAG(cell, tag);
  SETCADR(state->holder, cell);
  UNPROTECT(1);
}

/* Whether an entry of a vector of integers or reals is a whole number that an int holds. */
static int is_whole_entry(SEXP value, R_xlen_t k, int *number) {
  if (TYPEOF(value) == INTSXP) {
    *number = INTEGER(value)[k];
    return *number != NA_INTEGER;
  }
  double real = REAL(value)[k];
  if (!(real > INT_MIN && real <= INT_MAX)) return 0;
  *number = (int) real;
  return real == (double) *number;
}

/* Whether value is a vector of integers or reals without attributes. */
static int is_plain(SEXP value) {
  return (TYPEOF(value) == INTSXP || TYPEOF(value) == REALSXP) && !ANY_ATTRIB(value);
}

static int is_whole(SEXP value, int *number) {
  return is_plain(value) && XLENGTH(value) == 1 && is_whole_entry(value, 0, number);
}

/* Push a short vector of whole numbers. Any other vector is left to be added as a value. */
static int pushes_vector(capture *state, SEXP value) {
  if (!is_plain(value)) return 0;
  const R_xlen_t count = XLENGTH(value);
  if (count < 2 || count > MOST_IN_VECTOR || state->count + count + 2 > MOST_INTS_OF_VECTORS) return 0;
  const int mark = state->count;
  push(state, CODE_VECTOR);
  push(state, (int) count);
  for (R_xlen_t k = 0; k < count; k++) {
    int number;
    if (!is_whole_entry(value, k, &number)) {
      state->count = mark;
      return 0;
    }
    push(state, number);
  }
  return 1;
}

/* Whether value is one NA of logical, integer or real type: an open end of a range. */
static int is_open(SEXP value) {
  if (ANY_ATTRIB(value) || !Rf_isVectorAtomic(value) || XLENGTH(value) != 1) return 0;
  switch (TYPEOF(value)) {
  case LGLSXP: return LOGICAL(value)[0] == NA_LOGICAL;
  case INTSXP: return INTEGER(value)[0] == NA_INTEGER;
  case REALSXP: return R_IsNA(REAL(value)[0]);
  default: return 0;
  }
}

static int is_colon(SEXP part) {
  return TYPEOF(part) == LANGSXP && CAR(part) == Rf_install(":") && CDR(part) != R_NilValue &&
         CDDR(part) != R_NilValue && CDR(CDDR(part)) == R_NilValue;
}

/* Evaluate missing() in a function that is called with the symbol. An argument with a default is not
 * missing then, as for R's own `[`. */
static int is_missing_promise(SEXP symbol, SEXP env) {
  static SEXP probe = NULL;
  if (probe == NULL) {
    SEXP name = Rf_install("argument");
    SEXP formals = PROTECT(Rf_list1(R_MissingArg));
    SET_TAG(formals, name);
    SEXP body = PROTECT(Rf_lang2(Rf_install("missing"), name));
    SEXP definition = PROTECT(Rf_lang3(Rf_install("function"), formals, body));
    R_PreserveObject(probe = Rf_eval(definition, R_BaseEnv));
    UNPROTECT(3);
  }
  SEXP question = PROTECT(Rf_lang2(probe, symbol));
  SEXP answer = Rf_eval(question, env);
  UNPROTECT(1);
  return Rf_asLogical(answer) == TRUE;
}

/* The value of a variable in a frame, or its promise. Of the functions that R's manual lists none
 * returns that: R_getVar() evaluates the promise. */
static SEXP promise_or_value(SEXP name, SEXP env) {
  return Rf_findVarInFrame(env, name);
}

/* The place in `...` of an argument such as ..2, else 0. */
static int place_in_dots(SEXP symbol) {
  const char *name = CHAR(PRINTNAME(symbol));
  if (strncmp(name, "..", 2) != 0 || name[2] < '1' || name[2] > '9') return 0;
  char *end;
  long place = strtol(name + 2, &end, 10);
  return *end == '\0' && place <= INT_MAX ? (int) place : 0;
}

/* Whether a symbol is an empty subscript to R's own `[`: an argument that was not supplied and has no
 * default, directly or through a caller. Nothing is evaluated. In two cases R's interpreter and its
 * compiled code disagree, the whole axis or an error: a missing argument of an enclosing function, and
 * ..2 where `...` has one argument. They are errors. */
static int is_missing_argument(SEXP symbol, SEXP env) {
  int place = place_in_dots(symbol);
  SEXP name = place ? R_DotsSymbol : symbol;
  if (!R_existsVarInFrame(env, name) || R_BindingIsActive(name, env)) return 0;
  SEXP value = promise_or_value(name, env);
  if (place) {
    if (TYPEOF(value) != DOTSXP || Rf_length(value) < place) return 0;
    value = CAR(Rf_nthcdr(value, place - 1));
  }
  return value == R_MissingArg || (TYPEOF(value) == PROMSXP && is_missing_promise(symbol, env));
}

/* Whether a variable is visible from env: newaxis is not where the package is loaded and not attached.
 * exists() evaluates no promise. */
static int is_bound(SEXP symbol, SEXP env) {
  SEXP name = PROTECT(Rf_ScalarString(PRINTNAME(symbol))), place = PROTECT(Rf_ScalarInteger(-1));
  SEXP question = PROTECT(Rf_lang4(Rf_install("exists"), name, place, env));
  SEXP answer = Rf_eval(question, R_BaseEnv);
  UNPROTECT(3);
  return Rf_asLogical(answer) == TRUE;
}

/* An argument from `...` that was evaluated before has the empty environment and is its own value. */
static SEXP evaluate(SEXP part, SEXP env) {
  if (env == R_EmptyEnv) return part;
  switch (TYPEOF(part)) {
  case LANGSXP:
  case SYMSXP:
  case PROMSXP:
  case BCODESXP:
    return Rf_eval(part, env);
  default:
    return part;
  }
}

/* The operand of `!!!operand`, else NULL. Outside tidy evaluation it is R's `!`, three times. */
static SEXP spliced_operand(SEXP part) {
  for (int k = 0; k < 3; k++) {
    if (TYPEOF(part) != LANGSXP || CAR(part) != Rf_install("!") || Rf_length(part) != 2) return NULL;
    part = CADR(part);
  }
  return part;
}

/* Evaluate `!!!operand` once. A list, which R does not splice, gets a class for the error; otherwise
 * the result is R's `!`. */
static SEXP evaluate_spliced(SEXP operand, SEXP env) {
  SEXP value = PROTECT(Rf_eval(operand, env));
  if (TYPEOF(value) == VECSXP) {
    value = PROTECT(Rf_shallow_duplicate(value));
    Rf_setAttrib(value, R_ClassSymbol, PROTECT(Rf_mkString("pybridge_spliced")));
    UNPROTECT(3);
    return value;
  }
  SEXP quoted = PROTECT(Rf_lang2(Rf_install("quote"), value));
  SEXP negated = PROTECT(Rf_lang2(Rf_install("!"), quoted));
  value = Rf_eval(negated, env);
  UNPROTECT(3);
  return value;
}

/* Code without the parentheses and braces around its value. */
static SEXP unwrapped(SEXP part) {
  while (TYPEOF(part) == LANGSXP && CDR(part) != R_NilValue &&
         (CAR(part) == Rf_install("(") || CAR(part) == Rf_install("{")))
    part = CAR(Rf_nthcdr(part, Rf_length(part) - 1));
  return part;
}

static int is_one_of(SEXP function, const char **names, size_t count) {
  for (size_t k = 0; k < count; k++)
    if (function == Rf_install(names[k])) return 1;
  return 0;
}

/* Whether code behind a minus says itself that it is one number: a constant, a name, an element taken by
 * name, as in cfg$k and k[[1]], or arithmetic on such. What any other call gives may be positions, of
 * which there may happen to be one. */
static int is_number_by_code(SEXP part) {
  static const char *takers[] = { "$", "@", "[[", "::", ":::" };
  static const char *operators[] = { "-", "+", "*", "/", "^", "%%", "%/%" };
  part = unwrapped(part);
  if (TYPEOF(part) != LANGSXP) return 1;
  if (is_one_of(CAR(part), takers, sizeof takers / sizeof *takers)) return is_number_by_code(CADR(part));
  if (!is_one_of(CAR(part), operators, sizeof operators / sizeof *operators)) return 0;
  for (SEXP cell = CDR(part); cell != R_NilValue; cell = CDR(cell))
    if (!is_number_by_code(CAR(cell))) return 0;
  return 1;
}

/* Mark a value behind a minus which R's own brackets would leave out, and which here would count from the
 * end: what is written decides, and behind a name its length. Return the value if it is none. A tensor is
 * marked with TRUE if its axes decide. The mark is an error in R's brackets and its value in Python's. */
static SEXP marked(SEXP part, SEXP value) {
  part = unwrapped(part);
  if (TYPEOF(part) != LANGSXP || CAR(part) != Rf_install("-") || Rf_length(part) != 2) return value;
  const int is_number = TYPEOF(value) == INTSXP || TYPEOF(value) == REALSXP;
  const int is_by_code = is_number_by_code(CADR(part));
  if (is_number ? is_by_code && XLENGTH(value) == 1 : !Rf_inherits(value, "python.builtin.object")) return value;
  SEXP mark = PROTECT(Rf_allocVector(VECSXP, 4));
  SET_VECTOR_ELT(mark, 0, value);
  SET_VECTOR_ELT(mark, 1, part);
  SET_VECTOR_ELT(mark, 2, unwrapped(CADR(part)));
  SET_VECTOR_ELT(mark, 3, Rf_ScalarLogical(is_by_code && !is_number));
  Rf_setAttrib(mark, R_ClassSymbol, PROTECT(Rf_mkString("pybridge_negated")));
  UNPROTECT(2);
  return mark;
}

static void capture_range(capture *state, SEXP part, SEXP env) {
  SEXP parts[3] = { CADR(part), CADDR(part), NULL };
  if (is_colon(parts[0])) {
    parts[2] = parts[1];
    parts[1] = CADDR(parts[0]);
    parts[0] = CADR(parts[0]);
  }
  int mark = state->count, bounds = 0, simple = 1;
  push(state, CODE_RANGE);
  SEXP values = PROTECT(Rf_allocVector(VECSXP, 3));
  for (int k = 0; k < 3; k++) {
    if (parts[k] == NULL) continue;
    SEXP value = evaluate(parts[k], env);
    SET_VECTOR_ELT(values, k, value);
    int number;
    if (is_whole(value, &number)) {
      bounds |= CODE_HAS_START << k; /* the three are successive bits */
      push(state, number);
    } else if (!is_open(value)) {
      simple = 0;
    }
  }
  if (simple) {
    state->ints[mark] = CODE_RANGE + bounds;
  } else {
    state->count = mark;
    push(state, CODE_RANGE_OF_VALUES);
    Rf_setAttrib(values, R_ClassSymbol, PROTECT(Rf_mkString("pybridge_bounds")));
    UNPROTECT(1);
    add_value(state, values);
  }
  UNPROTECT(1);
}

/* Capture one subscript. is_forwarded: it came through `...`, where R's own `[` evaluates every symbol. */
static void capture_one(capture *state, SEXP part, SEXP env, int is_base, int is_forwarded) {
  if (part == R_MissingArg) {
    push(state, CODE_MISSING);
    return;
  }
  if (env == R_EmptyEnv) {
    /* a value, not code */
  } else if (TYPEOF(part) == SYMSXP) {
    if (part == Rf_install("..")) {
      push(state, CODE_REST);
      return;
    }
    if (!is_forwarded && is_missing_argument(part, env)) {
      push(state, CODE_MISSING);
      return;
    }
    if (part == Rf_install("newaxis") && !is_bound(part, env)) {
      push(state, CODE_NEW_AXIS);
      return;
    }
  } else if (!is_base && is_colon(part)) {
    capture_range(state, part, env);
    return;
  }
  SEXP operand = env == R_EmptyEnv ? NULL : spliced_operand(part);
  SEXP value = PROTECT(operand == NULL ? evaluate(part, env) : evaluate_spliced(operand, env));
  if (!is_base && env != R_EmptyEnv) value = marked(part, value);
  PROTECT(value);
  int number;
  if (value == R_MissingArg) {
    push(state, CODE_MISSING);
  } else if (Rf_inherits(value, "pybridge_rest")) {
    push(state, CODE_REST);
  } else if (value == R_NilValue) {
    push(state, CODE_NEW_AXIS);
  } else if (is_whole(value, &number)) {
    push(state, CODE_POSITION);
    push(state, number);
  } else if (!pushes_vector(state, value)) {
    push(state, CODE_VALUE);
    add_value(state, value);
  }
  UNPROTECT(2);
}

/* Read drop, dialect and order if they are plain; R checks any other named argument. */
static int reads_setting(capture *state, SEXP tag, SEXP value) {
  if (tag == Rf_install("drop") && TYPEOF(value) == LGLSXP && XLENGTH(value) == 1 &&
      LOGICAL(value)[0] != NA_LOGICAL) {
    if (!LOGICAL(value)[0]) state->ints[0] |= CODE_NO_DROP;
    return 1;
  }
  if (TYPEOF(value) != STRSXP || XLENGTH(value) != 1) return 0;
  const char *text = CHAR(STRING_ELT(value, 0));
  if (tag == Rf_install("dialect")) {
    if (strcmp(text, "base") == 0) state->ints[0] |= CODE_BASE;
    return strcmp(text, "base") == 0 || strcmp(text, "tensor") == 0;
  }
  if (tag == Rf_install("order")) {
    if (strcmp(text, "F") == 0) state->ints[0] |= CODE_COLUMN_MAJOR;
    return strcmp(text, "F") == 0 || strcmp(text, "C") == 0;
  }
  return 0;
}

static SEXP finish(capture *state) {
  SEXP record = PROTECT(Rf_allocVector(INTSXP, state->count));
  memcpy(INTEGER(record), state->ints, state->count * sizeof(int));
  if (CAR(state->holder) == R_NilValue && CADR(state->holder) == R_NilValue) {
    UNPROTECT(1);
    return record;
  }
  SEXP all = PROTECT(Rf_allocVector(VECSXP, 3));
  SET_VECTOR_ELT(all, 0, record);
  int n = Rf_length(CAR(state->holder));
  SEXP values = Rf_allocVector(VECSXP, n);
  SET_VECTOR_ELT(all, 1, values);
  for (SEXP cell = CAR(state->holder); cell != R_NilValue; cell = CDR(cell))
    SET_VECTOR_ELT(values, --n, CAR(cell));
  SET_VECTOR_ELT(all, 2, Rf_PairToVectorList(CADR(state->holder)));
  UNPROTECT(2);
  return all;
}

/* call: the call of x@r[...], r_slice(x, ...) and the like; env: the environment of its arguments, or
 * a list of environments, one for each argument; is_bracket: whether the first argument is the tensor
 * whatever its name; is_write: whether an argument `value` is the value to write and not a subscript.
 * Return NULL if the call contains `...`. */
static SEXP captured(SEXP call, SEXP env, int is_bracket, int is_write) {
  SEXP arguments = CDR(call);
  SEXP skipped = is_bracket ? arguments : R_NilValue;
  int is_base = 0, is_forwarded = TYPEOF(env) == VECSXP;
  for (SEXP cell = arguments; cell != R_NilValue; cell = CDR(cell)) {
    if (CAR(cell) == R_DotsSymbol) return R_NilValue;
    if (skipped == R_NilValue && TAG(cell) == Rf_install("x")) skipped = cell;
  }
  for (SEXP cell = arguments; skipped == R_NilValue && cell != R_NilValue; cell = CDR(cell))
    if (TAG(cell) == R_NilValue) skipped = cell;

  capture state = { .count = 0 };
  state.holder = PROTECT(Rf_list2(R_NilValue, R_NilValue));
  push(&state, 0);
  int place = 0;
  for (SEXP cell = arguments; cell != R_NilValue; cell = CDR(cell), place++) {
    SEXP tag = TAG(cell);
    if (cell == skipped || tag == R_NilValue) continue;
    if (is_write && tag == Rf_install("value")) continue;
    SEXP part = CAR(cell), here = is_forwarded ? VECTOR_ELT(env, place) : env;
    if (part == R_MissingArg) continue;
    if (!is_forwarded && TYPEOF(part) == SYMSXP && is_missing_argument(part, here)) continue;
    SEXP value = PROTECT(evaluate(part, here));
    if (!reads_setting(&state, tag, value)) add_setting(&state, tag, value);
    UNPROTECT(1);
  }
  is_base = state.ints[0] & CODE_BASE;
  place = 0;
  for (SEXP cell = arguments; cell != R_NilValue; cell = CDR(cell), place++) {
    if (cell == skipped || TAG(cell) != R_NilValue) continue;
    capture_one(&state, CAR(cell), is_forwarded ? VECTOR_ELT(env, place) : env, is_base, is_forwarded);
  }
  SEXP record = finish(&state);
  UNPROTECT(1);
  return record;
}

/* R: the same. */
SEXP pybridge_capture(SEXP call, SEXP env, SEXP is_bracket, SEXP is_write) {
  return captured(call, env, Rf_asLogical(is_bracket) == TRUE, Rf_asLogical(is_write) == TRUE);
}

/* R: the codes, to be compared with those of R and of Python. */
SEXP pybridge_codes(void) {
  const int count = sizeof codes / sizeof *codes;
  SEXP numbers = PROTECT(Rf_allocVector(INTSXP, count)), names = PROTECT(Rf_allocVector(STRSXP, count));
  for (int k = 0; k < count; k++) {
    INTEGER(numbers)[k] = codes[k].number;
    SET_STRING_ELT(names, k, Rf_mkChar(codes[k].name));
  }
  Rf_setAttrib(numbers, R_NamesSymbol, names);
  UNPROTECT(2);
  return numbers;
}

/* R: whether a variable of a frame holds this very object. A promise is not evaluated. */
SEXP pybridge_is_value_of(SEXP name, SEXP frame, SEXP value) {
  int is_same = R_existsVarInFrame(frame, name) && !R_BindingIsActive(name, frame) &&
                promise_or_value(name, frame) == value;
  return Rf_ScalarLogical(is_same);
}
