/* Values that cross whole: R puts an object here for Python to read, and Python one for R to take.
 *
 * Python calls these functions, and R's own, by ctypes, in the thread of R and in the middle of a
 * call from R. So no error may jump over its frames: what can fail is tried, and says so.
 */
#include <string.h>
#include "pybridge.h"

/* What R hands over, what Python gives back, and the newest objects that were made for Python: R may
 * collect its garbage at any step of Python, before Python itself holds on to them. */
enum { HANDED, GIVEN, NEWEST };
enum { NEWEST_COUNT = 8 };
static SEXP shelf = NULL;
static int next = 0;
static char failure[256];  /* why the last allocation failed */

static SEXP the_shelf(void) {
  if (shelf == NULL) {
    shelf = Rf_allocVector(VECSXP, NEWEST + NEWEST_COUNT);
    R_PreserveObject(shelf);
  }
  return shelf;
}

static SEXP keep(SEXP made) {
  SET_VECTOR_ELT(the_shelf(), NEWEST + next, made);
  next = (next + 1) % NEWEST_COUNT;
  return made;
}

static void clear_shelf(void) {
  for (int k = 0; k < NEWEST + NEWEST_COUNT; k++) SET_VECTOR_ELT(the_shelf(), k, R_NilValue);
}

/* R: hand an object over; it is what Python reads until the next one. */
SEXP pybridge_hand_over(SEXP x) {
  clear_shelf();
  SET_VECTOR_ELT(shelf, HANDED, x);
  return R_NilValue;
}

/* R: take what Python gave, and let go of what was handed over. */
SEXP pybridge_take_back(void) {
  SEXP given = PROTECT(VECTOR_ELT(the_shelf(), GIVEN));
  clear_shelf();
  UNPROTECT(1);
  return given;
}

/* Python: what R handed over. */
SEXP pybridge_handed(void) {
  return VECTOR_ELT(the_shelf(), HANDED);
}

/* Python: give R an object. */
void pybridge_give(SEXP x) {
  SET_VECTOR_ELT(the_shelf(), GIVEN, x);
}

/* Python: the value of a call, under R's guard. */
SEXP pybridge_evaluate(SEXP call, SEXP env, int *failed) {
  SEXP value = R_tryEvalSilent(call, env, failed);
  return *failed ? R_NilValue : keep(value);
}

typedef struct {
  unsigned int type;
  R_xlen_t length;
} request;

static SEXP allocate(void *wanted) {
  const request *of = wanted;
  return Rf_allocVector(of->type, of->length);
}

static SEXP keep_message(SEXP condition, void *unused) {
  SEXP message = TYPEOF(condition) == VECSXP && XLENGTH(condition) > 0 ? VECTOR_ELT(condition, 0)
                                                                       : R_NilValue;
  const int is_text = TYPEOF(message) == STRSXP && XLENGTH(message) == 1;
  strncpy(failure, is_text ? CHAR(STRING_ELT(message, 0)) : "no memory", sizeof failure - 1);
  return R_NilValue;
}

/* Python: a new vector whose numbers are not yet set, or NULL of C, and then the reason. */
SEXP pybridge_allocate(unsigned int type, R_xlen_t length) {
  request wanted = { type, length };
  SEXP made = R_tryCatchError(allocate, &wanted, keep_message, NULL);
  return made == R_NilValue ? NULL : keep(made);
}

const char *pybridge_failure(void) {
  return failure;
}
