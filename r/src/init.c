#include "pybridge.h"
#include <R_ext/Rdynload.h>

static const R_CallMethodDef routines[] = {
  {"pybridge_broadcast", (DL_FUNC) &pybridge_broadcast, 3},
  {"pybridge_capture", (DL_FUNC) &pybridge_capture, 4},
  {"pybridge_is_answer", (DL_FUNC) &pybridge_is_answer, 1},
  {"pybridge_read", (DL_FUNC) &pybridge_read, 4},
  {"pybridge_receive", (DL_FUNC) &pybridge_receive, 2},
  {"pybridge_is_python", (DL_FUNC) &pybridge_is_python, 1},
  {"pybridge_is_value_of", (DL_FUNC) &pybridge_is_value_of, 3},
  {"pybridge_reshape", (DL_FUNC) &pybridge_reshape, 3},
  {"pybridge_view", (DL_FUNC) &pybridge_view, 2},
  {NULL, NULL, 0}
};

void R_init_pybridge(DllInfo *library) {
  R_registerRoutines(library, NULL, routines, NULL, NULL);
  R_useDynamicSymbols(library, FALSE);
}
