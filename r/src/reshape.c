/* array_reshape() on R arrays: read and fill in row-major order in memory that is column-major.
 *
 * Both shapes split the same row-major sequence. If they have a common refinement, a shape whose
 * axes group to the axes of either, one strided copy suffices: each refined axis has one stride in
 * the old array and one in the new. (60000, 28, 28) to (60000, 784) copies 784 columns. Otherwise,
 * as for (2, 3) and (3, 2), one strided copy writes the sequence and another reads it.
 */
#include <string.h>
#include "pybridge.h"

enum { TILE = 32 };           /* 32 x 32 elements of 8 bytes leave room in a level 1 cache */
enum { SHORT_LINE = 16 };     /* below this many elements in a row, memcpy loses to a loop */
enum { MOST_AXES = 64 };      /* no R vector has more axes of size 2 or more: 2^52 elements */

typedef struct {
  R_xlen_t size, from, to;    /* the size of an axis, and its strides in elements */
} axis;

/* Append an axis. It is joined to the last one if either continues the other in both arrays. */
static int add_axis(axis *axes, int count, axis next) {
  if (next.size == 1) return count;
  if (count > 0) {
    axis *last = &axes[count - 1];
    if (next.from == last->from * last->size && next.to == last->to * last->size) {
      last->size *= next.size;
      return count;
    }
    if (last->from == next.from * next.size && last->to == next.to * next.size) {
      next.size *= last->size;
      *last = next;
      return count;
    }
  }
  if (count == MOST_AXES) Rf_error("there are too many axes");
  axes[count] = next;
  return count + 1;
}

/* Refine two column-major shapes of one size, from their last axes on. Return the number of axes, or
 * -1 if there is no common refinement. */
static int refine(const R_xlen_t *from, int from_ndim, const R_xlen_t *to, int to_ndim,
                  axis *axes) {
  R_xlen_t from_stride = 1, to_stride = 1;
  for (int k = 0; k < from_ndim - 1; k++) from_stride *= from[k];
  for (int k = 0; k < to_ndim - 1; k++) to_stride *= to[k];
  int f = from_ndim - 1, t = to_ndim - 1, count = 0;
  R_xlen_t from_left = from[f], to_left = to[t], from_step = from_stride, to_step = to_stride;
  for (;;) {
    while (from_left == 1 && f > 0) {
      from_left = from[--f];
      from_stride /= from_left;
      from_step = from_stride;
    }
    while (to_left == 1 && t > 0) {
      to_left = to[--t];
      to_stride /= to_left;
      to_step = to_stride;
    }
    if (from_left == 1 && to_left == 1) return count;
    R_xlen_t size = from_left < to_left ? from_left : to_left;
    if (from_left % size || to_left % size) return -1;
    axis next = { size, from_step, to_step };
    count = add_axis(axes, count, next);
    from_left /= size;
    from_step *= size;
    to_left /= size;
    to_step *= size;
  }
}

/* Move the axis that is contiguous in the new array (or else in the old) to a place. */
static void move_contiguous(axis *axes, int count, int place, int is_new) {
  for (int k = place; k < count; k++)
    if ((is_new ? axes[k].to : axes[k].from) == 1) {
      axis contiguous = axes[k];
      memmove(axes + place + 1, axes + place, (size_t) (k - place) * sizeof(axis));
      axes[place] = contiguous;
      return;
    }
}

typedef void copier(const void *, void *, const axis *, int);

/* Copy over the first two axes in tiles, which keeps the lines of both arrays in the cache. */
#define DEFINE_COPY(NAME, TYPE)                                                                   \
static void NAME(const void *source, void *target, const axis *axes, int count) {                 \
  const TYPE *from = source;                                                                      \
  TYPE *to = target;                                                                              \
  const axis a = count > 0 ? axes[0] : (axis) { 1, 1, 1 };                                        \
  const axis b = count > 1 ? axes[1] : (axis) { 1, 0, 0 };                                        \
  R_xlen_t place[MOST_AXES] = { 0 };                                                              \
  for (;;) {                                                                                      \
    if (a.from == 1 && a.to == 1 && a.size >= SHORT_LINE) {                                       \
      for (R_xlen_t j = 0; j < b.size; j++)                                                       \
        memcpy(to + j * b.to, from + j * b.from, (size_t) a.size * sizeof(TYPE));                 \
    } else {                                                                                      \
      for (R_xlen_t jj = 0; jj < b.size; jj += TILE)                                              \
        for (R_xlen_t ii = 0; ii < a.size; ii += TILE) {                                          \
          const R_xlen_t j_end = jj + TILE < b.size ? jj + TILE : b.size;                         \
          const R_xlen_t i_end = ii + TILE < a.size ? ii + TILE : a.size;                         \
          for (R_xlen_t j = jj; j < j_end; j++) {                                                 \
            const TYPE *line = from + j * b.from;                                                 \
            TYPE *new_line = to + j * b.to;                                                       \
            for (R_xlen_t i = ii; i < i_end; i++) new_line[i * a.to] = line[i * a.from];          \
          }                                                                                       \
        }                                                                                         \
    }                                                                                             \
    int k = 2;                                                                                    \
    for (; k < count; k++) {                                                                      \
      from += axes[k].from;                                                                       \
      to += axes[k].to;                                                                           \
      if (++place[k] < axes[k].size) break;                                                       \
      from -= axes[k].from * axes[k].size;                                                        \
      to -= axes[k].to * axes[k].size;                                                            \
      place[k] = 0;                                                                               \
    }                                                                                             \
    if (k >= count) return;                                                                       \
  }                                                                                               \
}

DEFINE_COPY(copy_raw, Rbyte)
DEFINE_COPY(copy_integer, int)
DEFINE_COPY(copy_double, double)
DEFINE_COPY(copy_complex, Rcomplex)
DEFINE_COPY(copy_place, R_xlen_t)

static void copy_axes(const void *from, void *to, copier *copy, const axis *axes, int count) {
  axis ordered[MOST_AXES];
  memcpy(ordered, axes, (size_t) count * sizeof(axis));
  move_contiguous(ordered, count, 0, 1);
  move_contiguous(ordered, count, count > 0 && ordered[0].from == 1 ? 0 : 1, 0);
  copy(from, to, ordered, count);
}

/* The place in the old vector of each new element, for entries that only R itself may set. */
static const R_xlen_t *old_places(R_xlen_t length, const axis *axes, int count) {
  R_xlen_t *from = (R_xlen_t *) R_alloc((size_t) length, sizeof(R_xlen_t));
  R_xlen_t *to = (R_xlen_t *) R_alloc((size_t) length, sizeof(R_xlen_t));
  for (R_xlen_t k = 0; k < length; k++) from[k] = k;
  copy_axes(from, to, copy_place, axes, count);
  return to;
}

/* Fill the vector `to` from `from`, both of one type and not empty. */
static void copy_vector(SEXP from, SEXP to, const axis *axes, int count) {
  const R_xlen_t length = XLENGTH(to);
  const void *depth = vmaxget();
  switch (TYPEOF(from)) {
  case LGLSXP: copy_axes(LOGICAL_RO(from), LOGICAL(to), copy_integer, axes, count); break;
  case INTSXP: copy_axes(INTEGER_RO(from), INTEGER(to), copy_integer, axes, count); break;
  case REALSXP: copy_axes(REAL_RO(from), REAL(to), copy_double, axes, count); break;
  case CPLXSXP: copy_axes(COMPLEX_RO(from), COMPLEX(to), copy_complex, axes, count); break;
  case RAWSXP: copy_axes(RAW_RO(from), RAW(to), copy_raw, axes, count); break;
  case STRSXP: {
    const R_xlen_t *place = old_places(length, axes, count);
    for (R_xlen_t k = 0; k < length; k++) SET_STRING_ELT(to, k, STRING_ELT(from, place[k]));
    break;
  }
  case VECSXP: {
    const R_xlen_t *place = old_places(length, axes, count);
    for (R_xlen_t k = 0; k < length; k++) SET_VECTOR_ELT(to, k, VECTOR_ELT(from, place[k]));
    break;
  }
  default:
    Rf_error("an R object of this type is not an array");
  }
  vmaxset(depth);
}

/* The axes of a copy between an array and the row-major sequence of its elements. */
static int sequence_axes(const R_xlen_t *dim, int ndim, R_xlen_t length, int is_into, axis *axes) {
  R_xlen_t stride = 1, step = length;
  int count = 0;
  for (int k = 0; k < ndim; k++) {
    step /= dim[k];
    axis next = { dim[k], is_into ? stride : step, is_into ? step : stride };
    stride *= dim[k];
    count = add_axis(axes, count, next);
  }
  return count;
}

/* Sizes as whole numbers wide enough for a long vector, which has one axis. */
static const R_xlen_t *sizes_of(SEXP shape) {
  if (TYPEOF(shape) != INTSXP && TYPEOF(shape) != REALSXP) Rf_error("a shape is not numeric");
  const int ndim = Rf_length(shape);
  R_xlen_t *sizes = (R_xlen_t *) R_alloc((size_t) ndim, sizeof(R_xlen_t));
  for (int k = 0; k < ndim; k++) {
    const double size = TYPEOF(shape) == REALSXP ? REAL(shape)[k] : INTEGER(shape)[k];
    if (!(size >= 0 && size <= (double) R_XLEN_T_MAX))
      Rf_error("a size of a shape is not a length of a vector");
    sizes[k] = (R_xlen_t) size;
  }
  return sizes;
}

/* The sizes of a vector that exists. A stride computed from them stays within the vector. */
static const R_xlen_t *sizes_of_vector(SEXP shape, SEXP x) {
  const R_xlen_t *sizes = sizes_of(shape);
  const int ndim = Rf_length(shape);
  double count = 1;
  for (int k = 0; k < ndim; k++) count = sizes[k] ? count * (double) sizes[k] : 0;
  if (count != (double) XLENGTH(x)) Rf_error("a shape does not have as many elements as its vector");
  return sizes;
}

static void check_is_vector(SEXP x) {
  if (!Rf_isVectorAtomic(x) && TYPEOF(x) != VECSXP) Rf_error("an R object of this type is not an array");
}

/* x: a vector or array; old, new: shapes of its length. Return a new array in the shape `new`,
 * without other attributes. */
SEXP pybridge_reshape(SEXP x, SEXP old, SEXP new) {
  check_is_vector(x);
  const R_xlen_t length = XLENGTH(x);
  const int old_ndim = Rf_length(old), new_ndim = Rf_length(new);
  const R_xlen_t *from = sizes_of_vector(old, x), *to = sizes_of_vector(new, x);
  SEXP reshaped = PROTECT(Rf_allocVector(TYPEOF(x), length));
  if (length > 0) {
    axis axes[MOST_AXES];
    int count = old_ndim && new_ndim ? refine(from, old_ndim, to, new_ndim, axes) : 0;
    if (count < 0) {
      SEXP sequence = PROTECT(Rf_allocVector(TYPEOF(x), length));
      copy_vector(x, sequence, axes, sequence_axes(from, old_ndim, length, 1, axes));
      copy_vector(sequence, reshaped, axes, sequence_axes(to, new_ndim, length, 0, axes));
      UNPROTECT(1);
    } else {
      copy_vector(x, reshaped, axes, count);
    }
  }
  if (new_ndim > 0) Rf_setAttrib(reshaped, R_DimSymbol, new);
  UNPROTECT(1);
  return reshaped;
}
