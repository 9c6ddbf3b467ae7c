#include "pybridge.h"
#include <string.h>

/* x@r and x@py: the tensor in a list, so that `[` finds our method and no other. */
SEXP pybridge_view(SEXP tensor, SEXP name) {
  const char *text = TYPEOF(name) == SYMSXP ? CHAR(PRINTNAME(name)) : CHAR(STRING_ELT(name, 0));
  const char *view_class = NULL;
  if (strcmp(text, "r") == 0) view_class = "pybridge_view";
  if (strcmp(text, "py") == 0) view_class = "pybridge_py_view";
  if (view_class == NULL) return R_NilValue;
  SEXP view = PROTECT(Rf_allocVector(VECSXP, 1));
  SET_VECTOR_ELT(view, 0, tensor);
  SEXP names = PROTECT(Rf_mkString(view_class));
  Rf_setAttrib(view, R_ClassSymbol, names);
  UNPROTECT(2);
  return view;
}

/* Whether Python answered with conditions; it is asked after every call, so it must cost nothing. */
SEXP pybridge_is_answer(SEXP result) {
  SEXP names = Rf_getAttrib(result, R_ClassSymbol);
  return Rf_ScalarLogical(TYPEOF(names) == STRSXP && XLENGTH(names) > 0 &&
                          strcmp(CHAR(STRING_ELT(names, 0)), "pybridge.rbridge.Answer") == 0);
}
