#include "pybridge.h"
#include <string.h>
#include <Rversion.h>

static SEXP preserved(const char *text) {
  SEXP made = Rf_mkString(text);
  R_PreserveObject(made);
  return made;
}

/* The value of a variable of a frame, else NULL of R. */
static SEXP value_of(SEXP name, SEXP frame) {
#if R_VERSION >= R_Version(4, 5, 0)
  return R_getVarEx(name, frame, FALSE, R_NilValue);
#else
  return R_existsVarInFrame(frame, name) ? Rf_findVarInFrame(frame, name) : R_NilValue;
#endif
}

/* The environment in which reticulate keeps what belongs to a Python object, or NULL for others. */
static SEXP reference(SEXP object) {
  while (TYPEOF(object) == CLOSXP || TYPEOF(object) == VECSXP)
    object = Rf_getAttrib(object, Rf_install("py_object"));
  return TYPEOF(object) == ENVSXP ? object : NULL;
}

/* Whether a Python object belongs to an R session that has ended: R saves no pointer. What has none
 * at all is a module that Python has yet to import. */
static int is_ended(SEXP object) {
  static SEXP name = NULL;
  if (name == NULL) name = Rf_install("pyobj");
  SEXP frame = reference(object);
  SEXP pointer = frame == NULL ? R_NilValue : value_of(name, frame);
  return TYPEOF(pointer) == EXTPTRSXP && R_ExternalPtrAddr(pointer) == NULL;
}

/* Whether a value lives in Python; NA where its session has ended. */
SEXP pybridge_is_python(SEXP x) {
  if (!Rf_inherits(x, "python.builtin.object")) return Rf_ScalarLogical(0);
  return Rf_ScalarLogical(is_ended(x) ? NA_LOGICAL : 1);
}

/* x@r and x@py: the tensor in a list, so that `[` finds our method and no other. NULL where
 * there is no such view. */
SEXP pybridge_view(SEXP tensor, SEXP name) {
  static SEXP r_class = NULL, py_class = NULL;
  if (r_class == NULL) r_class = preserved("pybridge_view");
  if (py_class == NULL) py_class = preserved("pybridge_py_view");
  if (is_ended(tensor)) return R_NilValue;
  if (TYPEOF(name) != SYMSXP && !(TYPEOF(name) == STRSXP && XLENGTH(name) == 1)) return R_NilValue;
  const char *text = TYPEOF(name) == SYMSXP ? CHAR(PRINTNAME(name)) : CHAR(STRING_ELT(name, 0));
  const int is_r = strcmp(text, "r") == 0;
  if (!is_r && strcmp(text, "py") != 0) return R_NilValue;
  SEXP view = PROTECT(Rf_allocVector(VECSXP, 1));
  SET_VECTOR_ELT(view, 0, tensor);
  Rf_setAttrib(view, R_ClassSymbol, is_r ? r_class : py_class);
  UNPROTECT(1);
  return view;
}

/* Whether Python answered with conditions. */
static int pybridge_answers(SEXP result) {
  SEXP names = Rf_getAttrib(result, R_ClassSymbol);
  return TYPEOF(names) == STRSXP && XLENGTH(names) > 0 &&
         strcmp(CHAR(STRING_ELT(names, 0)), "pybridge.rbridge.Answer") == 0;
}

/* It is asked after every call, so it must cost nothing. */
SEXP pybridge_is_answer(SEXP result) {
  return Rf_ScalarLogical(pybridge_answers(result));
}

/* Give a fresh result of Python the flag of the tensor it came from, which says whether reticulate
 * converts what comes of it; by reticulate's rule an object without the flag has it on. Returns
 * whether the result is an answer, which keeps its own. */
SEXP pybridge_receive(SEXP result, SEXP x) {
  static SEXP convert = NULL;
  if (convert == NULL) convert = Rf_install("convert");
  if (pybridge_answers(result)) return Rf_ScalarLogical(1);
  SEXP from = reference(x), to = reference(result);
  if (from != NULL && to != NULL) {
    SEXP flag = value_of(convert, from);
    if (TYPEOF(flag) != LGLSXP || Rf_asLogical(flag))
      Rf_defineVar(convert, Rf_ScalarLogical(1), to);
  }
  return Rf_ScalarLogical(0);
}

/* Read view[...] by one call into Python, with what `bridge` holds. Returns the result; list(answer)
 * where Python answered with conditions; else the capture, or NULL where `...` stands in the call,
 * and nothing was read. */
SEXP pybridge_read(SEXP call, SEXP env, SEXP view, SEXP bridge) {
  static SEXP call_name = NULL, subset_name = NULL;
  if (call_name == NULL) call_name = Rf_install("call");
  if (subset_name == NULL) subset_name = Rf_install("subset");
  SEXP record = PROTECT(pybridge_captured(call, env, 1, 0));
  if (TYPEOF(record) != INTSXP) {
    UNPROTECT(1);
    return record;
  }
  SEXP x = VECTOR_ELT(view, 0);
  SEXP caller = PROTECT(Rf_eval(call_name, bridge)), subset = PROTECT(Rf_eval(subset_name, bridge));
  SEXP question = PROTECT(Rf_lang4(caller, subset, x, record));
  SEXP result = PROTECT(Rf_eval(question, R_BaseEnv));
  if (Rf_asLogical(pybridge_receive(result, x))) {
    SEXP answer = Rf_allocVector(VECSXP, 1);
    SET_VECTOR_ELT(answer, 0, result);
    result = answer;
  }
  UNPROTECT(5);
  return result;
}

/* Whether a variable holds this very object. A promise that nobody needed stays one. */
SEXP pybridge_is_value_of(SEXP name, SEXP frame, SEXP value) {
  int is_held = R_existsVarInFrame(frame, name) && !R_BindingIsActive(name, frame) &&
                pybridge_promise_or_value(name, frame) == value;
  return Rf_ScalarLogical(is_held);
}
