#ifndef PYBRIDGE_H
#define PYBRIDGE_H

/* R's headers give Rboolean a base type where the compiler that built R could; an older compiler,
 * which some systems put beside a newer R, cannot read that. USE_C17 in DESCRIPTION is its twin. */
#include <Rconfig.h>
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
#undef HAVE_ENUM_BASE_TYPE
#endif
#include <R.h>
#include <Rinternals.h>

SEXP pybridge_broadcast(SEXP x, SEXP old, SEXP new_shape);
SEXP pybridge_capture(SEXP call, SEXP env, SEXP is_bracket, SEXP is_assignment);
SEXP pybridge_is_value_of(SEXP name, SEXP frame, SEXP value);
SEXP pybridge_reshape(SEXP x, SEXP old, SEXP new_shape);

#endif
