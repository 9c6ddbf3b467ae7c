#ifndef PYBRIDGE_H
#define PYBRIDGE_H

/* R's headers give Rboolean a base type if the compiler that built R supports it. An older compiler,
 * which some systems install with a newer R, does not. USE_C17 in DESCRIPTION has the same reason. */
#include <Rconfig.h>
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
#undef HAVE_ENUM_BASE_TYPE
#endif
#include <R.h>
#include <Rinternals.h>

SEXP pybridge_capture(SEXP call, SEXP env, SEXP is_bracket, SEXP is_assignment);
SEXP pybridge_codes(void);
SEXP pybridge_is_value_of(SEXP name, SEXP frame, SEXP value);
SEXP pybridge_reshape(SEXP x, SEXP old, SEXP new_shape);

#endif
