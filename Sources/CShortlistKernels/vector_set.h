// All kernels of one instruction set. The including file defines SET (its name), LANES (floats in a
// vector) and TILE_ROWS x TILE_VECTORS (the accumulators of the product), and sets the target.
#include "vector.h"
#include "vector_product.h"
#include "vector_rows.h"
#include "vector_exponential.h"
#include "vector_activations.h"
#include "vector_optimizers.h"
#include "vector_selection.h"
#include "vector_codes.h"
#include "vector_gather.h"

#define JOIN_NOW(set) sl_##set##_kernels
#define JOIN(set) JOIN_NOW(set)
#define ENUM_NOW(set) sl_##set
#define ENUM(set) ENUM_NOW(set)

const sl_kernels JOIN(SET) = {
    .set = ENUM(SET),
    .dot = dot,
    .dot_rows = dot_rows,
    .packed_size = packed_size,
    .pack = pack,
    .product = product,
    .workspace_size = workspace_floats,
    .scale_bias_max = scale_bias_max,
    .exp_sum = exp_sum,
    .exp = exponential,
    .max_update = max_update,
    .axpy = axpy,
    .scale = scale,
    .multiply = multiply,
    .sum_of_squares = sum_of_squares,
    .sum = sum,
    .relu = relu,
    .sigmoid = sigmoid,
    .tanh = hyperbolic_tangent,
    .gelu = gelu,
    .relu_gradient = relu_gradient,
    .sigmoid_gradient = sigmoid_gradient,
    .tanh_gradient = tanh_gradient,
    .gelu_gradient = gelu_gradient,
    .adagrad = adagrad,
    .adam = adam,
    .momentum = momentum_step,
    .count_greater = count_greater,
    .select = select_above,
    .code_table = code_table,
    .code_scan = code_scan,
    .code_choose = code_choose,
    .dot_gather = dot_gather,
    .dot_gather_bytes = dot_gather_bytes,
    .dot_gather_halves = dot_gather_halves,
    .dot_rows_bytes = dot_rows_bytes,
    .keep_largest = keep_largest,
    .argmax = argmax,
    .argmin_spill = argmin_spill,
    .peak = peak,
    .lanes = LANES,
};
