/* Values that cross whole: R puts an object here for Python to read, and Python one for R to take.
 *
 * Python calls these functions, and R's own, by ctypes, in the thread of R and in the middle of a
 * call from R. So no error may jump over its frames: what can fail is tried, and says so. Each of
 * these calls costs more than to copy a small vector: what Python needs most it reads, and writes,
 * in memory that both know, the board.
 */
#include <string.h>
#include "pybridge.h"
#include <R_ext/GraphicsEngine.h> /* R_interrupts_suspended */
#include <R_ext/Rdynload.h>

/* A finalizer of R, or a function of R that Python calls, may bring values over while another call
 * does: each has a level of its own. */
enum { DEEPEST = 16 };

/* What a level holds: what R handed over, the memory of it where it had none, what Python gives back.
 * After the levels come the newest objects that were made for Python: R may collect its garbage at
 * any step of Python, before Python itself holds on to them. */
enum { HANDED, MEMORY, GIVEN, SLOTS };
enum { NEWEST = (DEEPEST + 1) * SLOTS, NEWEST_COUNT = 8 };
static SEXP shelf = NULL;
static int next = 0;

/* What is said of a vector on the board. The type is NOT_BARE where only the shelf has it, the number
 * of axes NO_DIM where it has no dim. */
enum { TYPE, ELEMENTS, NDIM, DIMS, MOST_AXES = 8, DATA = DIMS + MOST_AXES, FIELDS };
enum { NOT_BARE = -1, NO_DIM = -1, DESK_BYTES = 1024 };
typedef long long fields[FIELDS];

static struct {
  long long level;
  fields asked; /* by Python, of pybridge_make_vector(), which writes where the memory is */
  struct {
    fields handed;
    fields given;
    double desk[DESK_BYTES / sizeof(double)]; /* the elements of what is small */
  } levels[DEEPEST + 1];
} board;

static void put(int slot, SEXP x) {
  SET_VECTOR_ELT(shelf, (R_xlen_t) board.level * SLOTS + slot, x);
}

static SEXP on_shelf(int slot) {
  return VECTOR_ELT(shelf, (R_xlen_t) board.level * SLOTS + slot);
}

static SEXP keep(SEXP made) {
  SET_VECTOR_ELT(shelf, NEWEST + next, made);
  next = (next + 1) % NEWEST_COUNT;
  return made;
}

static void *memory_of(SEXP x) {
  switch (TYPEOF(x)) {
  case LGLSXP: return LOGICAL(x);
  case INTSXP: return INTEGER(x);
  case REALSXP: return REAL(x);
  case CPLXSXP: return COMPLEX(x);
  case RAWSXP: return RAW(x);
  default: return NULL;
  }
}

static SEXP new_vector(const long long *of) {
  SEXP made = PROTECT(Rf_allocVector((unsigned int) of[TYPE], (R_xlen_t) of[ELEMENTS]));
  if (of[NDIM] != NO_DIM) {
    SEXP dim = PROTECT(Rf_allocVector(INTSXP, (R_xlen_t) of[NDIM]));
    for (int axis = 0; axis < of[NDIM]; axis++) INTEGER(dim)[axis] = (int) of[DIMS + axis];
    Rf_setAttrib(made, R_DimSymbol, dim);
    UNPROTECT(1);
  }
  UNPROTECT(1);
  return made;
}

/* Copy all elements; a compact vector such as 1:10 has no memory of its own to copy. */
static int copy_elements(SEXP x, void *to) {
  const R_xlen_t length = XLENGTH(x);
  switch (TYPEOF(x)) {
  case LGLSXP: return LOGICAL_GET_REGION(x, 0, length, to) == length;
  case INTSXP: return INTEGER_GET_REGION(x, 0, length, to) == length;
  case REALSXP: return REAL_GET_REGION(x, 0, length, to) == length;
  case CPLXSXP: return COMPLEX_GET_REGION(x, 0, length, to) == length;
  default: return 0;
  }
}

static size_t size_of_element(SEXP x) {
  switch (TYPEOF(x)) {
  case LGLSXP: case INTSXP: return sizeof(int);
  case REALSXP: return sizeof(double);
  case CPLXSXP: return sizeof(Rcomplex);
  default: return 0;
  }
}

/* Say what a bare vector of numbers is, and lay a small one on the desk. At anything else Python
 * looks itself. */
static void describe(SEXP x, long long *of, double *desk) {
  of[TYPE] = NOT_BARE;
  const size_t size = size_of_element(x);
  if (size == 0 || Rf_isObject(x) || XLENGTH(x) == 0) return;
  SEXP dim = Rf_getAttrib(x, R_DimSymbol);
  of[NDIM] = NO_DIM;
  if (dim != R_NilValue) {
    if (TYPEOF(dim) != INTSXP || XLENGTH(dim) > MOST_AXES) return;
    R_xlen_t left = XLENGTH(x);
    of[NDIM] = XLENGTH(dim);
    for (int axis = 0; axis < of[NDIM]; axis++) {
      const int size = INTEGER_RO(dim)[axis];
      if (size < 1 || left % size != 0) return;
      left /= size;
      of[DIMS + axis] = size;
    }
    if (left != 1) return;
  }
  const int is_small = (size_t) XLENGTH(x) <= DESK_BYTES / size;
  const void *memory = is_small ? NULL : DATAPTR_OR_NULL(x);
  if (is_small) {
    if (!copy_elements(x, desk)) return;
  } else if (memory == NULL) {
    SEXP made = Rf_allocVector((unsigned int) TYPEOF(x), XLENGTH(x));
    put(MEMORY, made);
    if (!copy_elements(x, memory_of(made))) return;
    memory = memory_of(made);
  }
  of[ELEMENTS] = XLENGTH(x);
  of[DATA] = (long long) (size_t) memory;
  of[TYPE] = TYPEOF(x);
}

/* A vector is made by a call of R, which R can try. A finalizer that runs meanwhile may want another
 * one: each has a request and a call of its own. */
static fields requests[DEEPEST];
static SEXP calls[DEEPEST];
static int requested = 0;

static SEXP make_requested(SEXP request) {
  return new_vector(R_ExternalPtrAddr(request));
}

/* R: set up what is needed, once, before Python calls anything here. */
SEXP pybridge_open_shelf(void) {
  if (shelf != NULL) return R_NilValue;
  SEXP made = PROTECT(Rf_allocVector(VECSXP, NEWEST + NEWEST_COUNT));
  SEXP tag = Rf_install("native symbol"); /* R's own mark of a pointer that .Call() takes */
  SEXP routine = PROTECT(R_MakeExternalPtrFn((DL_FUNC) make_requested, tag, R_NilValue));
  for (int k = 0; k < DEEPEST; k++) {
    SEXP request = PROTECT(R_MakeExternalPtr(requests[k], R_NilValue, R_NilValue));
    calls[k] = Rf_lang3(Rf_install(".Call"), routine, request);
    R_PreserveObject(calls[k]);
    UNPROTECT(1);
  }
  R_PreserveObject(made);
  UNPROTECT(2);
  shelf = made;
  return R_NilValue;
}

/* Hand an object over, one level up. */
static void hand_over(SEXP x) {
  pybridge_open_shelf();
  if (board.level == DEEPEST) Rf_error("values cross in the middle of each other, %d times", DEEPEST);
  board.level++;
  put(HANDED, x);
  board.levels[board.level].given[TYPE] = NOT_BARE;
  describe(x, board.levels[board.level].handed, board.levels[board.level].desk);
}

/* What Python gave. */
static SEXP given(void) {
  const long long *said = board.levels[board.level].given;
  if (said[TYPE] == NOT_BARE) return on_shelf(GIVEN);
  SEXP made = PROTECT(new_vector(said));
  const double *desk = board.levels[board.level].desk;
  if (XLENGTH(made) > 0) memcpy(memory_of(made), desk, (size_t) said[DATA]);
  UNPROTECT(1);
  return made;
}

typedef struct {
  SEXP handed, call;
  int gives;
  long long level;
} crossing;

static SEXP cross(void *data) {
  const crossing *this = data;
  hand_over(this->handed);
  SEXP result = PROTECT(Rf_eval(this->call, R_BaseEnv));
  if (this->gives && !pybridge_answers(result)) result = given();
  UNPROTECT(1);
  return result;
}

/* Go back to the level of before, and let go of what was handed over and given above it. */
static void go_back(void *data) {
  if (shelf == NULL) return; /* nothing has crossed yet */
  for (const long long to = ((crossing *) data)->level; board.level > to; board.level--)
    for (int slot = 0; slot < SLOTS; slot++) put(slot, R_NilValue);
  if (board.level > 0) return;
  for (int k = 0; k < NEWEST_COUNT; k++) SET_VECTOR_ELT(shelf, NEWEST + k, R_NilValue);
}

/* The call of R by which Python is called, by a function of R or by a routine that .Call() takes; no
 * argument has a name. */
SEXP pybridge_question(SEXP call_python, SEXP function, SEXP arguments) {
  static SEXP none = NULL;
  if (none == NULL) R_PreserveObject(none = Rf_allocVector(VECSXP, 0));
  if (Rf_isFunction(call_python)) return Rf_lang4(call_python, function, arguments, none);
  return Rf_lang5(Rf_install(".Call"), call_python, function, arguments, none);
}

/* R: call Python while x is handed over, however the call ends. Returns its result; where `gives` is
 * true and the result is no answer with conditions, what Python gave instead. */
SEXP pybridge_cross(SEXP x, SEXP call_python, SEXP function, SEXP arguments, SEXP gives) {
  SEXP call = PROTECT(pybridge_question(call_python, function, arguments));
  crossing this = { x, call, Rf_asLogical(gives) == TRUE, board.level };
  SEXP result = R_ExecWithCleanup(cross, &this, go_back, &this);
  UNPROTECT(1);
  return result;
}

/* R: how many calls are in the middle of crossing. */
SEXP pybridge_level(void) {
  return Rf_ScalarInteger((int) board.level);
}

/* Python: where the board is, and how many numbers are in each part of it. */
void *pybridge_board(int *levels, int *count, int *desk) {
  *levels = DEEPEST + 1;
  *count = FIELDS;
  *desk = DESK_BYTES;
  return &board;
}

/* Python: what R handed over. */
SEXP pybridge_handed(void) {
  return on_shelf(HANDED);
}

/* Python: give R an object. */
void pybridge_give(SEXP x) {
  put(GIVEN, x);
}

/* Evaluate a short call under R's guard. An interrupt waits: here it would be an error without words,
 * and nobody would know of it any more. */
static SEXP evaluate(SEXP call, SEXP env, int *failed) {
  const Rboolean were_suspended = R_interrupts_suspended;
  R_interrupts_suspended = TRUE;
  SEXP value = R_tryEvalSilent(call, env, failed);
  R_interrupts_suspended = were_suspended;
  return value;
}

/* Python: the value of a call. */
SEXP pybridge_evaluate(SEXP call, SEXP env, int *failed) {
  SEXP value = evaluate(call, env, failed);
  return *failed ? R_NilValue : keep(value);
}

/* Python: the vector that the board asks for, its numbers not yet set; or NULL of C where R refuses. */
SEXP pybridge_make_vector(void) {
  int failed = 1;
  if (requested == DEEPEST) return NULL;
  memcpy(requests[requested], board.asked, sizeof(fields));
  SEXP made = evaluate(calls[requested++], R_BaseEnv, &failed);
  requested--;
  if (failed) return NULL;
  board.asked[DATA] = (long long) (size_t) memory_of(made);
  return keep(made);
}
