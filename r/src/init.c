#include "pybridge.h"
#include <R_ext/Rdynload.h>

static const R_CallMethodDef routines[] = {
  {"pybridge_capture", (DL_FUNC) &pybridge_capture, 4},
  {"pybridge_codes", (DL_FUNC) &pybridge_codes, 0},
  {"pybridge_is_value_of", (DL_FUNC) &pybridge_is_value_of, 3},
  {"pybridge_reshape", (DL_FUNC) &pybridge_reshape, 3},
  {NULL, NULL, 0}
};

void R_init_pybridge(DllInfo *library) {
  R_registerRoutines(library, NULL, routines, NULL, NULL);
  R_useDynamicSymbols(library, FALSE);
}
