/* Read the subscripts of a call such as x@r[1:3, NA:-2, ] in one pass.
 *
 * The parts of a range are evaluated one by one, because R itself cannot evaluate NA:5 or 1:10:2.
 * Where every subscript is a whole number, a range or a short vector of them, missing, newaxis or ..,
 * the answer is one integer vector, the record, which crosses to Python as it is; no NA is in it:
 *
 *   [options, item, item, ...]     options: 1 drop = FALSE, 2 dialect = "base", 4 order = "F"
 *   item: 0 missing, 1 newaxis, 2 .., [3, position], [8 + bounds, start?, stop?, step?]
 *         bounds: 1 there is a start, 2 a stop, 4 a step
 *         4 the next value, 5 a range of the next three values
 *         [6, length, position, ...] a short vector
 *
 * Otherwise it is list(record, values, options), and R looks at the values next.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include "pybridge.h"
#include <Rversion.h>

enum { NO_DROP = 1, BASE = 2, COLUMN_MAJOR = 4 };
enum { MISSING_SUBSCRIPT = 0, NEW_AXIS = 1, REST = 2, POSITION = 3, VALUE = 4, RANGE_OF_VALUES = 5, VECTOR = 6, RANGE = 8 };
enum { MOST_INTS = 512, MOST_INTS_OF_VECTORS = 256, MOST_ENTRIES = 64 };

/* ANY_ATTRIB() is of R 4.5; before it there is none that R's manual lists. */
#if R_VERSION < R_Version(4, 5, 0)
#define ANY_ATTRIB(x) (ATTRIB(x) != R_NilValue)
#endif

typedef struct {
  int ints[MOST_INTS];
  int count;
  SEXP values;     /* a pairlist under construction, newest first, protected through its holder */
  SEXP settings;   /* likewise: arguments with a name */
  SEXP holder;
} capture;

static void push(capture *made, int number) {
  if (made->count == MOST_INTS) Rf_error("there are too many subscripts");
  made->ints[made->count++] = number;
}

static void keep_value(capture *made, SEXP value) {
  SETCAR(made->holder, Rf_cons(value, CAR(made->holder)));
}

static void keep_setting(capture *made, SEXP tag, SEXP value) {
  SEXP cell = PROTECT(Rf_cons(value, CADR(made->holder)));
  SET_TAG(cell, tag);
  SETCADR(made->holder, cell);
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

/* Whether value is a vector of integers or reals and nothing more; an object is not. */
static int is_plain(SEXP value) {
  return (TYPEOF(value) == INTSXP || TYPEOF(value) == REALSXP) && !ANY_ATTRIB(value);
}

static int is_whole(SEXP value, int *number) {
  return is_plain(value) && XLENGTH(value) == 1 && is_whole_entry(value, 0, number);
}

/* Push a short vector of whole numbers; one that is none is left to be kept as a value. */
static int pushes_vector(capture *made, SEXP value) {
  if (!is_plain(value)) return 0;
  const R_xlen_t count = XLENGTH(value);
  if (count < 2 || count > MOST_ENTRIES || made->count + count + 2 > MOST_INTS_OF_VECTORS) return 0;
  const int mark = made->count;
  push(made, VECTOR);
  push(made, (int) count);
  for (R_xlen_t k = 0; k < count; k++) {
    int number;
    if (!is_whole_entry(value, k, &number)) {
      made->count = mark;
      return 0;
    }
    push(made, number);
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

/* missing() in a function that is called with the symbol: R answers by the rule of its own `[`, for
 * which an argument with a default is not missing. */
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

/* What a frame binds to a variable, a promise as it is: the only look-up for which the functions that
 * R's manual lists have no twin, since R_getVar() evaluates the promise. */
static SEXP promise_or_value(SEXP name, SEXP env) {
  return Rf_findVarInFrame(env, name);
}

/* The place of an argument such as ..2 in `...`, else 0. */
static int place_in_dots(SEXP symbol) {
  const char *name = CHAR(PRINTNAME(symbol));
  if (strncmp(name, "..", 2) != 0 || name[2] < '1' || name[2] > '9') return 0;
  char *end;
  long place = strtol(name + 2, &end, 10);
  return *end == '\0' && place <= INT_MAX ? (int) place : 0;
}

/* Whether R's own `[` takes a symbol for an empty subscript: it stands for an argument that was not
 * supplied and has no default, or for one that a caller did not get either. Nothing is evaluated.
 * In two cases R's interpreter and its compiled code disagree, the whole axis or an error: a missing
 * argument of a function around this one, and ..2 where `...` has one argument. They are errors. */
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

/* What came through `...` and was evaluated before has the empty environment: it is its value. */
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

/* Evaluate `!!!operand` once: R's `!` of a logical, or a list that nobody spliced, of a class that
 * tells so. */
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

static void capture_range(capture *made, SEXP part, SEXP env) {
  SEXP parts[3] = { CADR(part), CADDR(part), NULL };
  if (is_colon(parts[0])) {
    parts[2] = parts[1];
    parts[1] = CADDR(parts[0]);
    parts[0] = CADR(parts[0]);
  }
  int mark = made->count, bounds = 0, simple = 1;
  push(made, RANGE);
  SEXP values = PROTECT(Rf_allocVector(VECSXP, 3));
  for (int k = 0; k < 3; k++) {
    if (parts[k] == NULL) continue;
    SEXP value = evaluate(parts[k], env);
    SET_VECTOR_ELT(values, k, value);
    int number;
    if (is_whole(value, &number)) {
      bounds |= 1 << k;
      push(made, number);
    } else if (!is_open(value)) {
      simple = 0;
    }
  }
  if (simple) {
    made->ints[mark] = RANGE + bounds;
  } else {
    made->count = mark;
    push(made, RANGE_OF_VALUES);
    Rf_setAttrib(values, R_ClassSymbol, PROTECT(Rf_mkString("pybridge_bounds")));
    UNPROTECT(1);
    keep_value(made, values);
  }
  UNPROTECT(1);
}

/* is_forwarded: the subscript came through `...`, where R's own `[` evaluates every symbol. */
static void capture_one(capture *made, SEXP part, SEXP env, int is_base, int is_forwarded) {
  if (part == R_MissingArg) {
    push(made, MISSING_SUBSCRIPT);
    return;
  }
  if (env == R_EmptyEnv) {
    /* a value, not code */
  } else if (TYPEOF(part) == SYMSXP) {
    if (part == Rf_install("..")) {
      push(made, REST);
      return;
    }
    if (!is_forwarded && is_missing_argument(part, env)) {
      push(made, MISSING_SUBSCRIPT);
      return;
    }
    if (part == Rf_install("newaxis") && !is_bound(part, env)) {
      push(made, NEW_AXIS);
      return;
    }
  } else if (!is_base && is_colon(part)) {
    capture_range(made, part, env);
    return;
  }
  SEXP operand = env == R_EmptyEnv ? NULL : spliced_operand(part);
  SEXP value = PROTECT(operand == NULL ? evaluate(part, env) : evaluate_spliced(operand, env));
  int number;
  if (value == R_MissingArg) {
    push(made, MISSING_SUBSCRIPT);
  } else if (Rf_inherits(value, "pybridge_rest")) {
    push(made, REST);
  } else if (value == R_NilValue) {
    push(made, NEW_AXIS);
  } else if (is_whole(value, &number)) {
    push(made, POSITION);
    push(made, number);
  } else if (!pushes_vector(made, value)) {
    push(made, VALUE);
    keep_value(made, value);
  }
  UNPROTECT(1);
}

/* Read drop, dialect and order where they are plain; R looks at any other named argument. */
static int reads_setting(capture *made, SEXP tag, SEXP value) {
  if (tag == Rf_install("drop") && TYPEOF(value) == LGLSXP && XLENGTH(value) == 1 &&
      LOGICAL(value)[0] != NA_LOGICAL) {
    if (!LOGICAL(value)[0]) made->ints[0] |= NO_DROP;
    return 1;
  }
  if (TYPEOF(value) != STRSXP || XLENGTH(value) != 1) return 0;
  const char *text = CHAR(STRING_ELT(value, 0));
  if (tag == Rf_install("dialect")) {
    if (strcmp(text, "base") == 0) made->ints[0] |= BASE;
    return strcmp(text, "base") == 0 || strcmp(text, "tensor") == 0;
  }
  if (tag == Rf_install("order")) {
    if (strcmp(text, "F") == 0) made->ints[0] |= COLUMN_MAJOR;
    return strcmp(text, "F") == 0 || strcmp(text, "C") == 0;
  }
  return 0;
}

static SEXP finish(capture *made) {
  SEXP record = PROTECT(Rf_allocVector(INTSXP, made->count));
  memcpy(INTEGER(record), made->ints, made->count * sizeof(int));
  if (CAR(made->holder) == R_NilValue && CADR(made->holder) == R_NilValue) {
    UNPROTECT(1);
    return record;
  }
  SEXP all = PROTECT(Rf_allocVector(VECSXP, 3));
  SET_VECTOR_ELT(all, 0, record);
  int n = Rf_length(CAR(made->holder));
  SEXP values = Rf_allocVector(VECSXP, n);
  SET_VECTOR_ELT(all, 1, values);
  for (SEXP cell = CAR(made->holder); cell != R_NilValue; cell = CDR(cell))
    SET_VECTOR_ELT(values, --n, CAR(cell));
  SET_VECTOR_ELT(all, 2, Rf_PairToVectorList(CADR(made->holder)));
  UNPROTECT(2);
  return all;
}

/* call: the call of x@r[...], r_slice(x, ...) and the like; env: where its arguments are evaluated,
 * or a list of environments, one for each argument; is_bracket: whether the first argument is the
 * tensor whatever its name; is_write: whether an argument `value` is what is written and no
 * subscript. Returns NULL where `...` stands in the call. */
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

  capture made = { .count = 0 };
  made.holder = PROTECT(Rf_list2(R_NilValue, R_NilValue));
  push(&made, 0);
  int place = 0;
  for (SEXP cell = arguments; cell != R_NilValue; cell = CDR(cell), place++) {
    SEXP tag = TAG(cell);
    if (cell == skipped || tag == R_NilValue) continue;
    if (is_write && tag == Rf_install("value")) continue;
    SEXP part = CAR(cell), here = is_forwarded ? VECTOR_ELT(env, place) : env;
    if (part == R_MissingArg) continue;
    if (!is_forwarded && TYPEOF(part) == SYMSXP && is_missing_argument(part, here)) continue;
    SEXP value = PROTECT(evaluate(part, here));
    if (!reads_setting(&made, tag, value)) keep_setting(&made, tag, value);
    UNPROTECT(1);
  }
  is_base = made.ints[0] & BASE;
  place = 0;
  for (SEXP cell = arguments; cell != R_NilValue; cell = CDR(cell), place++) {
    if (cell == skipped || TAG(cell) != R_NilValue) continue;
    capture_one(&made, CAR(cell), is_forwarded ? VECTOR_ELT(env, place) : env, is_base, is_forwarded);
  }
  SEXP record = finish(&made);
  UNPROTECT(1);
  return record;
}

/* R: the same. */
SEXP pybridge_capture(SEXP call, SEXP env, SEXP is_bracket, SEXP is_write) {
  return captured(call, env, Rf_asLogical(is_bracket) == TRUE, Rf_asLogical(is_write) == TRUE);
}

/* R: whether a variable of a frame holds this very object. A promise is not evaluated. */
SEXP pybridge_is_value_of(SEXP name, SEXP frame, SEXP value) {
  int is_same = R_existsVarInFrame(frame, name) && !R_BindingIsActive(name, frame) &&
                promise_or_value(name, frame) == value;
  return Rf_ScalarLogical(is_same);
}
